"""What has to be agreed to at sign-up, and in which version."""

from __future__ import annotations

import pytest

from contracts.profiles.accounts import SignUpRole
from contracts.profiles.consents import AgreedTo, AgreementNeeded, Agreements
from services.profiles.consents.consents import require_agreed

IN_FORCE = Agreements(terms="t2", health_data="h2")
CLIENT, SPECIALIST = SignUpRole.CLIENT, SignUpRole.SPECIALIST


@pytest.mark.parametrize(
    ("role", "health_data"), [(CLIENT, "h2"), (SPECIALIST, "h2"), (SPECIALIST, None)]
)
def test_the_versions_in_force_are_accepted(role: SignUpRole, health_data: str | None) -> None:
    require_agreed(AgreedTo(terms="t2", health_data=health_data), role, IN_FORCE)


@pytest.mark.parametrize(
    ("role", "terms", "health_data", "refused"),
    [
        (CLIENT, "t1", "h2", {"terms": "t1"}),
        (CLIENT, "t2", "h1", {"health_data": "h1"}),
        (CLIENT, "t2", None, {"health_data": None}),
        (CLIENT, "h2", "t2", {"terms": "h2", "health_data": "t2"}),
        (SPECIALIST, "t1", None, {"terms": "t1"}),
        (SPECIALIST, "t2", "h1", {"health_data": "h1"}),
    ],
)
def test_another_version_is_refused_by_name_with_the_one_in_force(
    role: SignUpRole, terms: str, health_data: str | None, refused: dict[str, str | None]
) -> None:
    with pytest.raises(AgreementNeeded) as refusal:
        require_agreed(AgreedTo(terms=terms, health_data=health_data), role, IN_FORCE)
    assert {each.field: each.value for each in refusal.value.errors} == {
        f"agreed_to.{kind}": given for kind, given in refused.items()
    }
    for each in refusal.value.errors:
        in_force = getattr(IN_FORCE, each.field.removeprefix("agreed_to."))
        assert each.detail == f"Must be '{in_force}', the version in force."
