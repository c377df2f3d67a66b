"""A specialist's whole profile over HTTP: what is taken, and how what is wrong is named."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.gateway.description import errors_by_field, expect_problem
from tests.support.factories import Person, a_licence, a_profile, a_specialist, an_admin, somebody


@pytest.fixture(scope="module")
def draft(http: httpx.Client) -> Person:
    return a_specialist(http, listed=False)


A_WHOLE_PROFILE: dict[str, Any] = {
    "pronouns": "they/them",
    "biography": "I *listen*. [More](https://example.org)",
    "topics": ["anxiety", "sleep"],
    "approaches": ["systemic"],
    "languages": ["de", "gsw"],
    "countries": ["DE", "CH"],
    "in_person": True,
    "online": True,
    "fees": [{"amount": "120.50", "currency": "CHF", "minutes": 50}],
    "accessibility": ["wheelchair", "text-chat"],
}


def test_a_whole_profile_is_written_and_read_by_everybody(http: httpx.Client) -> None:
    person = a_specialist(http)
    changed = person.patch("/specialists/me", A_WHOLE_PROFILE)
    assert changed.status_code == 200, changed.text
    seen = http.get(f"/api/v1/specialists/{person.id}").json()
    assert {name: seen[name] for name in A_WHOLE_PROFILE} == A_WHOLE_PROFILE
    assert '<a href="https://example.org" rel="nofollow noopener ugc">' in seen["biography_html"]
    assert "<em>listen</em>" in seen["biography_html"]
    assert seen["verified"]


def test_all_that_is_missing_before_listing_is_named(http: httpx.Client) -> None:
    person = somebody(http, "specialist")
    person.post("/specialists", {"display_name": "Dr Ada Example"})
    problem = expect_problem(
        person.patch("/specialists/me", {"status": "listed"}), 422, "profile_incomplete"
    )
    needed = ["headline", "biography", "topics", "languages", "online", "licence"]
    assert list(errors_by_field(problem)) == needed


FEE = {"amount": "90", "currency": "EUR", "minutes": 50}
WRONG: list[tuple[str, Any, str, str]] = [
    ("pronouns", "x" * 41, "pronouns", "40"),
    ("pronouns", "she\nher", "pronouns", "one line"),
    ("pronouns", 7, "pronouns", "string"),
    ("biography", "x" * 5001, "biography", "5000"),
    ("biography", "a\x00", "biography", "NUL"),
    ("topics", ["anxiety", "getting-rich"], "topics.1", "vocabulary"),
    ("topics", ["Anxiety"], "topics.0", "vocabulary"),
    ("topics", [None], "topics.0", "null"),
    ("topics", "anxiety", "topics", "list"),
    ("topics", ["anxiety"] * 21, "topics", "20"),
    ("approaches", ["anxiety"], "approaches.0", "vocabulary"),
    ("approaches", {}, "approaches", "list"),
    ("accessibility", ["lift"], "accessibility.0", "vocabulary"),
    ("accessibility", [1], "accessibility.0", "string"),
    ("languages", ["english"], "languages.0", "ISO 639"),
    ("languages", ["en"] * 21, "languages", "20"),
    ("countries", ["de"], "countries.0", "ISO 3166"),
    ("countries", ["DEU"], "countries.0", "ISO 3166"),
    ("countries", ["DE\n"], "countries.0", "ISO 3166"),
    ("countries", ["DE"] * 51, "countries", "50"),
    ("in_person", "yes", "in_person", "boolean"),
    ("online", 1, "online", "boolean"),
    ("fees", [FEE] * 11, "fees", "10"),
    ("fees", [{**FEE, "amount": 90}], "fees.0.amount", "string"),
    ("fees", [{**FEE, "amount": "-1"}], "fees.0.amount", "decimal"),
    ("fees", [{**FEE, "amount": "1,50"}], "fees.0.amount", "decimal"),
    ("fees", [{**FEE, "amount": "1e3"}], "fees.0.amount", "decimal"),
    ("fees", [{**FEE, "amount": "NaN"}], "fees.0.amount", "decimal"),
    ("fees", [{**FEE, "amount": "12345678"}], "fees.0.amount", "decimal"),
    ("fees", [{**FEE, "currency": "eur"}], "fees.0.currency", "ISO 4217"),
    ("fees", [{**FEE, "minutes": 0}], "fees.0.minutes", "5"),
    ("fees", [{**FEE, "minutes": 481}], "fees.0.minutes", "480"),
    ("fees", [{**FEE, "minutes": "50"}], "fees.0.minutes", "integer"),
    ("fees", [{**FEE, "free": True}], "fees.0.free", "Unknown"),
    ("fees", [7], "fees.0", "Invalid"),
    ("verified", True, "verified", "Unknown"),
    ("verified_until", "2999-01-01", "verified_until", "Unknown"),
    ("biography_html", "<script>", "biography_html", "Unknown"),
    ("photo", "x", "photo", "Unknown"),
    ("featured", True, "featured", "Unknown"),
    ("time_zone", "Europe/Berlin", "time_zone", "Unknown"),
]


@pytest.mark.parametrize(
    ("field", "value", "named", "said"),
    WRONG,
    ids=[f"{field}={str(value)[:24]!r}" for field, value, _, _ in WRONG],
)
def test_a_wrong_field_is_named_with_what_it_takes(
    draft: Person, field: str, value: Any, named: str, said: str
) -> None:
    refused = draft.patch("/specialists/me", {field: value})
    errors = errors_by_field(expect_problem(refused, 422, "invalid"))
    assert list(errors) == [named] or all(each.startswith(named) for each in errors)
    assert said in next(iter(errors.values()))["detail"]


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("languages", ["en", "xx"], "languages.1"),
        ("countries", ["ZZ"], "countries.0"),
        ("fees", [{**FEE, "currency": "ZZZ"}], "fees.0.currency"),
    ],
)
def test_a_code_that_does_not_exist_is_named(
    draft: Person, field: str, value: Any, named: str
) -> None:
    refused = draft.patch("/specialists/me", {field: value})
    assert set(errors_by_field(expect_problem(refused, 422, "no_such_code"))) == {named}
    written = somebody(draft.http, "specialist").post("/specialists", a_profile(**{field: value}))
    expect_problem(written, 422, "no_such_code")


def test_the_vocabulary_is_public_and_may_be_kept(http: httpx.Client) -> None:
    answer = http.get("/api/v1/vocabulary")
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    words = answer.json()
    assert {"key": "anxiety", "label": "Anxiety"} in words["topics"]
    assert {"key": "systemic", "label": "Systemic therapy"} in words["approaches"]
    assert {"key": "wheelchair", "label": "Wheelchair access"} in words["accessibility"]
    known = {"If-None-Match": answer.headers["ETag"]}
    again = http.get("/api/v1/vocabulary", headers=known)
    assert (again.status_code, again.content) == (304, b"")


# Licences


WRONG_LICENCES: list[tuple[str, Any, str]] = [
    ("number", "", "between 1 and 80"),
    ("number", "x" * 81, "between 1 and 80"),
    ("number", " ", "blank"),
    ("number", 7, "string"),
    ("issuing_body", "x" * 201, "200"),
    ("issuing_body", "a\nb", "one line"),
    ("issuing_body", None, "null"),
    ("country", "Germany", "ISO 3166"),
    ("country", ["DE"], "string"),
    ("expires_on", "2030-02-30", "date"),
    ("expires_on", "01.01.2030", "date"),
    ("expires_on", "2030-01-01T00:00:00Z", "date"),
    ("expires_on", 20300101, "date"),
    ("status", "verified", "Unknown"),
]


@pytest.mark.parametrize(("field", "value", "said"), WRONG_LICENCES)
def test_a_wrong_field_of_a_licence_is_named(
    draft: Person, field: str, value: Any, said: str
) -> None:
    refused = draft.put("/specialists/me/licence", a_licence(**{field: value}))
    errors = errors_by_field(expect_problem(refused, 422, "invalid"))
    assert set(errors) == {field}
    assert said in errors[field]["detail"]


@pytest.mark.parametrize("ends", ["2020-01-01", "0001-01-01"])
def test_a_licence_that_has_ended_is_refused(draft: Person, ends: str) -> None:
    refused = draft.put("/specialists/me/licence", a_licence(expires_on=ends))
    errors = errors_by_field(expect_problem(refused, 422, "licence_ended"))
    assert errors["expires_on"]["value"] == ends


def test_a_licence_may_be_valid_until_the_end_of_days(http: httpx.Client) -> None:
    person = a_specialist(http, listed=False)
    taken = person.put("/specialists/me/licence", a_licence(expires_on="9999-12-31"))
    assert taken.status_code == 200


@pytest.mark.parametrize(
    ("decision", "code", "field"),
    [
        ({"decision": "maybe", "version": 1}, "invalid", "decision"),
        ({"decision": "verified"}, "invalid", "version"),
        ({"decision": "verified", "version": "1"}, "invalid", "version"),
        ({"decision": "verified", "version": 0}, "invalid", "version"),
        ({"decision": "declined", "version": 1, "reason": "x" * 501}, "invalid", "reason"),
        ({"decision": "declined", "version": 1, "reason": " "}, "reason_missing", "reason"),
        ({"decision": "verified", "version": 1, "by": "me"}, "invalid", "by"),
    ],
)
def test_a_wrong_decision_is_refused(
    http: httpx.Client, decision: dict[str, Any], code: str, field: str
) -> None:
    person = somebody(http, "specialist")
    person.put("/specialists/me/licence", a_licence())
    path = f"/specialists/{person.id}/verification"
    problem = expect_problem(an_admin(http).put(path, decision), 422, code)
    assert set(errors_by_field(problem)) == {field}


def test_a_decision_about_what_has_changed_meanwhile_is_refused(
    http: httpx.Client, admin: Person
) -> None:
    person = somebody(http, "specialist")
    seen = person.put("/specialists/me/licence", a_licence()).json()["version"]
    person.put("/specialists/me/licence", a_licence(number="ANOTHER"))
    decision = {"decision": "verified", "version": seen}
    refused = admin.put(f"/specialists/{person.id}/verification", decision)
    expect_problem(refused, 409, "licence_changed")


@pytest.mark.parametrize("query", ["status=lost", "status=", "limit=0", "cursor=!", "who=me"])
def test_a_wrong_parameter_of_the_list_of_licences_is_named(admin: Person, query: str) -> None:
    assert admin.get(f"/licences?{query}").status_code == 422


def test_an_admin_reads_who_changed_what(http: httpx.Client, admin: Person) -> None:
    person = a_specialist(http)
    history = admin.get(f"/specialists/{person.id}/history?limit=2").json()
    assert history["items"][0]["changes"]["status"] == {"before": "draft", "after": "listed"}
    assert history["items"][0]["by"] == person.id
    more = admin.get(f"/specialists/{person.id}/history?cursor={history['next']}").json()
    assert "display_name" in more["items"][-1]["changes"]
