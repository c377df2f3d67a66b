"""What helps after a refusal: each code that a form declares has been thought of."""

from __future__ import annotations

from gateway.pages.page import pages_of
from gateway.service import Gateway
from gateway.site.words.refusals import ANSWERED_HERE, NEXT_STEPS


def codes_of_forms() -> dict[str, str]:
    """Each code, and a form that is refused with it."""
    return {
        error.code: declaration.path
        for declaration, _ in pages_of(Gateway)
        if declaration.method == "POST"
        for error in declaration.errors
    }


def test_each_refusal_of_a_form_has_a_step_or_is_answered_on_its_page() -> None:
    missing = {
        code: path
        for code, path in codes_of_forms().items()
        if code not in NEXT_STEPS and code not in ANSWERED_HERE
    }
    assert missing == {}


def test_no_refusal_is_in_both_tables() -> None:
    assert set(NEXT_STEPS) & ANSWERED_HERE == set()


def test_each_step_leads_to_a_page_of_the_site() -> None:
    paths = {declaration.path for declaration, _ in pages_of(Gateway)} | {"/desk"}
    assert {each.path for each in NEXT_STEPS.values()} <= paths
