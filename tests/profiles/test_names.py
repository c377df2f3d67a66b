"""Names of people, for answers about what two of them have with each other."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from chassis.context import Caller
from chassis.errors import Invalid, Unauthenticated
from chassis.ids import new_id
from chassis.schemas import Reading, load
from contracts.profiles.accounts import ChangeAccount, SignUpRole
from contracts.profiles.names import ClientName, Names, NamesWanted, SpecialistName
from contracts.profiles.privacy import EraseAccount
from tests.profiles.builders import LIST, UNLIST, a_profile, get_licensed
from tests.profiles.signing_in import PASSWORD, Person, somebody
from tests.support.service_client import NOBODY, Talking


def names(
    profiles: Talking, clients: tuple[UUID, ...] = (), specialists: tuple[UUID, ...] = ()
) -> Names:
    wanted = NamesWanted(clients=list(clients), specialists=list(specialists))
    asked = profiles.asked_by(Caller(new_id()))
    return load(Names, asked.names_of(wanted=wanted), Reading.WIRE)


def a_specialist(profiles: Talking) -> Person:
    specialist = somebody(profiles, SignUpRole.SPECIALIST)
    specialist.asks("write_profile", profile=a_profile(display_name="Dr Ada Example"))
    return specialist


def test_a_client_has_the_name_of_the_account_and_a_specialist_that_of_the_profile(
    profiles: Talking,
) -> None:
    client, specialist = somebody(profiles), a_specialist(profiles)
    client.asks("change_me", change=ChangeAccount(display_name="Alex"))
    both = (client.id, specialist.id)
    found = names(profiles, both, both)
    assert sorted(found.clients, key=lambda each: each.display_name or "") == [
        ClientName(id=client.id, display_name="Alex"),
        ClientName(id=specialist.id, display_name="Sam"),
    ]
    assert found.specialists == [
        SpecialistName(id=specialist.id, display_name="Dr Ada Example", photo=None)
    ]


def test_a_specialist_has_a_name_listed_or_not(profiles: Talking) -> None:
    specialist = a_specialist(profiles)
    get_licensed(profiles, specialist.caller)
    for change in (LIST, UNLIST):
        specialist.asks("change_profile", change=change)
        [found] = names(profiles, specialists=(specialist.id,)).specialists
        assert found.display_name == "Dr Ada Example"


def test_whoever_is_erased_or_was_never_there_has_no_name(profiles: Talking) -> None:
    specialist, client = a_specialist(profiles), somebody(profiles)
    for person in (specialist, client):
        person.asks("erase_account", erasure=EraseAccount(password=PASSWORD))
    assert names(profiles, (client.id, new_id()), (specialist.id, new_id())) == Names(
        clients=[], specialists=[]
    )


def test_nobody_is_told_names(profiles: Talking) -> None:
    with pytest.raises(Unauthenticated):
        profiles.asked_by(NOBODY).names_of(wanted=NamesWanted(clients=[], specialists=[]))


@pytest.mark.parametrize("field", ["clients", "specialists"])
def test_no_more_than_a_page_full_of_names_is_told_at_once(profiles: Talking, field: str) -> None:
    wanted: dict[str, Any] = {"clients": [], "specialists": []}
    wanted[field] = [new_id() for _ in range(101)]
    with pytest.raises(Invalid) as refused:
        profiles.asked_by(Caller(new_id())).names_of(wanted=NamesWanted(**wanted))
    assert "100" in refused.value.errors[0].detail
