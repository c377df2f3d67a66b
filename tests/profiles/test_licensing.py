"""Licences as others meet them: asked by RPC, ended by the clock, on each database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from chassis.context import CallContext, Caller, entered
from chassis.errors import Forbidden, NotFound, Unauthenticated
from chassis.ids import new_id
from chassis.pagination import PageQuery
from chassis.times import utc_now
from contracts.files import BadFile, File
from contracts.profiles.accounts import Role, SignUpRole, TooManyTries
from contracts.profiles.featuring import NotFeatured, SpecialistUnfeatured
from contracts.profiles.licences import (
    DecideLicence,
    Decision,
    LicenceChanged,
    LicenceExpired,
    LicenceExpiring,
    LicenceQuery,
    LicenceStatus,
    OwnLicence,
    SpecialistVerified,
)
from contracts.profiles.right_to_practise import RightToPractiseChanged, Standing
from contracts.profiles.specialists import (
    ChangeProfile,
    ProfileIncomplete,
    SpecialistListed,
    SpecialistUnlisted,
)
from services.profiles.accounts.accounts import Account
from services.profiles.licences.service import review_licences
from services.profiles.service import ProfilesService
from services.profiles.specialists.specialists import Specialist
from tests.profiles.builders import LIST, a_profile, a_specialist, a_submission, news_of
from tests.profiles.signing_in import somebody as somebody_signed_up
from tests.support.databases import connected_database
from tests.support.service_client import NOBODY, Talking, at_once, serving, somebody

ADMIN = somebody("admin")
PDF = b"%PDF-1.7 a licence"


def someone(profiles: Talking) -> Caller:
    person = somebody("specialist")
    profiles.asked_by(person).write_profile(profile=a_profile())
    return person


def handed_in(profiles: Talking, person: Caller, **changes: Any) -> dict[str, Any]:
    answer: dict[str, Any] = profiles.asked_by(person).submit_licence(
        licence=a_submission(**{"expires_on": in_days(400), **changes})
    )
    return answer


def verify(profiles: Talking, person: Caller, version: int) -> Any:
    seen = DecideLicence(decision=Decision.VERIFIED, version=version)
    return profiles.asked_by(ADMIN).decide_licence(specialist_id=person.account_id, decision=seen)


def licensed(profiles: Talking, listed: bool = False, **changes: Any) -> Caller:
    person = someone(profiles)
    verify(profiles, person, handed_in(profiles, person, **changes)["version"])
    if listed:
        profiles.asked_by(person).change_profile(change=LIST)
    return person


def in_days(days: int) -> date:
    return (utc_now() + timedelta(days=days)).date()


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def history_of(profiles: Talking, person: Caller) -> list[dict[str, Any]]:
    page = profiles.asked_by(ADMIN).get_history(
        specialist_id=person.account_id, page=PageQuery(limit=100)
    )
    found: list[dict[str, Any]] = page["items"]
    return found


def test_only_a_verified_licence_lets_a_profile_be_listed(profiles: Talking) -> None:
    person = someone(profiles)
    licence = handed_in(profiles, person)
    with pytest.raises(ProfileIncomplete) as refusal:
        profiles.asked_by(person).change_profile(change=LIST)
    assert [each.field for each in refusal.value.errors] == ["licence"]
    verify(profiles, person, licence["version"])
    assert profiles.asked_by(person).change_profile(change=LIST)["status"] == "listed"
    assert [each.version for each in profiles.told(SpecialistVerified, person.known())] == [1]
    assert [each.version for each in profiles.told(SpecialistListed, person.known())] == [2]


def test_specialists_hand_in_and_admins_decide(profiles: Talking) -> None:
    person = someone(profiles)
    handed_in(profiles, person)
    about = {"specialist_id": person.account_id}
    seen = DecideLicence(decision=Decision.VERIFIED, version=1)
    for_admins: list[tuple[str, dict[str, Any]]] = [
        ("list_licences", {"query": LicenceQuery()}),
        ("get_licence", about),
        ("get_licence_document", about),
        ("get_history", {**about, "page": PageQuery()}),
        ("decide_licence", {**about, "decision": seen}),
    ]
    for_specialists: list[tuple[str, dict[str, Any]]] = [
        ("submit_licence", {"licence": a_submission()}),
        ("attach_licence_document", {"document": File.of(PDF)}),
        ("get_my_licence", {}),
        ("set_photo", {"photo": File.of(b"")}),
        ("remove_photo", {}),
    ]
    for method, arguments in for_admins + for_specialists:
        with pytest.raises(Unauthenticated):
            getattr(profiles.asked_by(NOBODY), method)(**arguments)
        other = person if (method, arguments) in for_admins else ADMIN
        with pytest.raises(Forbidden):
            getattr(profiles.asked_by(other), method)(**arguments)


def test_there_is_no_licence_before_it_is_handed_in(profiles: Talking) -> None:
    person = someone(profiles)
    with pytest.raises(NotFound):
        profiles.asked_by(person).get_my_licence()
    with pytest.raises(NotFound):
        profiles.asked_by(person).attach_licence_document(document=File.of(PDF))
    with pytest.raises(NotFound):
        profiles.asked_by(ADMIN).get_licence(specialist_id=person.account_id)
    with pytest.raises(NotFound):
        verify(profiles, person, 1)


def test_what_waits_is_listed_newest_first_until_it_is_decided(profiles: Talking) -> None:
    people = [someone(profiles) for _ in range(3)]
    licences = [handed_in(profiles, each) for each in people]
    waiting = partial(profiles.asked_by(ADMIN).list_licences, query=LicenceQuery(limit=2))
    first = waiting()
    assert [each["specialist_id"] for each in first["items"]] == [
        str(each.account_id) for each in people[:0:-1]
    ]
    verify(profiles, people[2], licences[2]["version"])
    assert waiting()["items"][0]["specialist_id"] == str(people[1].account_id)
    verified = profiles.asked_by(ADMIN).list_licences(
        query=LicenceQuery(status=LicenceStatus.VERIFIED, limit=1)
    )
    assert verified["items"][0]["specialist_id"] == str(people[2].account_id)


def test_a_document_is_kept_and_shown_to_admins_as_what_it_is(profiles: Talking) -> None:
    person = someone(profiles)
    handed_in(profiles, person)
    with pytest.raises(NotFound):
        profiles.asked_by(ADMIN).get_licence_document(specialist_id=person.account_id)
    licence = profiles.asked_by(person).attach_licence_document(document=File.of(PDF))
    assert licence["has_document"]
    shown = profiles.asked_by(ADMIN).get_licence_document(specialist_id=person.account_id)
    assert File(**shown).read() == PDF
    assert shown["media_type"] == "application/pdf"


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", b" %PDF-1.7", b"MZ"])
def test_a_document_of_another_kind_is_refused(profiles: Talking, content: bytes) -> None:
    person = someone(profiles)
    handed_in(profiles, person)
    with pytest.raises(BadFile) as refusal:
        profiles.asked_by(person).attach_licence_document(document=File.of(content))
    assert [each.field for each in refusal.value.errors] == ["document"]


def test_twenty_documents_an_hour_are_taken_the_bad_ones_counted(profiles: Talking) -> None:
    person, other = someone(profiles), someone(profiles)
    for each in (person, other):
        handed_in(profiles, each)
    attach = profiles.asked_by(person).attach_licence_document
    for _ in range(19):
        with pytest.raises(BadFile):
            attach(document=File.of(b"<svg/>"))
    assert attach(document=File.of(PDF))["has_document"]
    with pytest.raises(TooManyTries) as refusal:
        attach(document=File.of(PDF))
    assert 0 < refusal.value.retry_after_s <= 3600
    assert profiles.asked_by(other).attach_licence_document(document=File.of(PDF))


def test_a_document_without_a_licence_leaves_no_file(profiles: Talking) -> None:
    person = someone(profiles)
    with pytest.raises(NotFound):
        profiles.asked_by(person).attach_licence_document(document=File.of(PDF))
    folder = Path(str(profiles.house.process.config["FILES"]))
    assert not list(folder.rglob(f"{person.known().hex}-*"))


def test_that_an_admin_reads_a_document_is_written_down(profiles: Talking) -> None:
    person = someone(profiles)
    handed_in(profiles, person)
    profiles.asked_by(person).attach_licence_document(document=File.of(PDF))
    with entered(CallContext(caller=ADMIN, address="203.0.113.7")):
        profiles.house.remote("profiles").get_licence_document(specialist_id=person.account_id)
    [entry] = [
        row
        for row in profiles.rows("audit")
        if (row.what, row.about) == ("document_read", person.account_id)
    ]
    assert (entry.who, entry.network) == (ADMIN.account_id, "203.0.113.0/24")


def test_an_admin_sees_whose_licence_it_is_and_whether_their_address_is_confirmed(
    profiles: Talking,
) -> None:
    owner = somebody_signed_up(profiles, SignUpRole.SPECIALIST)
    licence = handed_in(profiles, owner.caller)
    assert "holder" not in licence
    about = {"specialist_id": owner.id}
    for verified in (True, False):
        if not verified:  # an account from before addresses had to be confirmed first
            with profiles.store.transaction() as tx:
                tx.lock(Account, owner.id).verified_at = None
        shown = profiles.asked_by(ADMIN).get_licence(**about)
        expected = {"display_name": "Sam", "email": owner.email, "verified": verified}
        assert shown["holder"] == expected
        listed = profiles.asked_by(ADMIN).list_licences(query=LicenceQuery())["items"]
        assert [each["holder"] for each in listed if each["specialist_id"] == str(owner.id)] == [
            expected
        ]
    assert verify(profiles, owner.caller, licence["version"])["holder"] == expected


def test_an_admin_who_is_a_specialist_does_not_verify_their_own(profiles: Talking) -> None:
    both = Caller(new_id(), frozenset([Role.SPECIALIST, Role.ADMIN]), verified=True)
    profiles.asked_by(both).write_profile(profile=a_profile())
    version = handed_in(profiles, both)["version"]
    decision = DecideLicence(decision=Decision.VERIFIED, version=version)
    with pytest.raises(OwnLicence):
        profiles.asked_by(both).decide_licence(specialist_id=both.account_id, decision=decision)


def test_two_admins_who_decide_at_once_decide_once(profiles: Talking) -> None:
    person = someone(profiles)
    version = handed_in(profiles, person)["version"]
    outcomes = at_once([partial(verify, profiles, person, version)] * 4)
    assert len([each for each in outcomes if isinstance(each, LicenceChanged)]) == 3, outcomes
    assert len(profiles.told(SpecialistVerified, person.known())) == 1


# The clock


def test_the_end_is_warned_of_twice_and_then_told_with_all_that_follows(
    profiles: Talking,
) -> None:
    last = in_days(90)
    person = licensed(profiles, listed=True, expires_on=last)
    a_slot = midnight(last) + timedelta(days=1)
    profiles.hears(news_of(person.known(), next_slot_at=a_slot))
    for days in (31, 30, 30, 20, 7, 6, 1):
        review_licences(profiles.store, midnight(last) - timedelta(days=days))
    told = profiles.told(LicenceExpiring, person.known())
    assert [each.days_left for each in told] == [30, 7]
    assert profiles.told(LicenceExpired, person.known()) == []

    for _ in range(2):
        review_licences(profiles.store, midnight(last))
    [expired] = profiles.told(LicenceExpired, person.known())
    [unlisted] = profiles.told(SpecialistUnlisted, person.known())
    [unfeatured] = profiles.told(SpecialistUnfeatured, person.known())
    assert unfeatured.reason is NotFeatured.NOT_VERIFIED
    assert expired.version < unlisted.version < unfeatured.version
    with pytest.raises(NotFound):
        profiles.asked_by(NOBODY).get_specialist(specialist_id=person.account_id)
    mine = profiles.asked_by(person).get_my_licence()
    assert (mine["status"], mine["in_force"]) == ("expired", None)

    verify(profiles, person, handed_in(profiles, person, expires_on=in_days(800))["version"])
    assert profiles.asked_by(NOBODY).get_specialist(specialist_id=person.account_id)


def test_a_renewal_that_ended_while_it_waited_is_found_by_the_clock(profiles: Talking) -> None:
    first, last = in_days(50), in_days(60)
    person = licensed(profiles, listed=True, expires_on=first)
    handed_in(profiles, person, expires_on=last)
    for day in (first, last):
        review_licences(profiles.store, midnight(day))
    told = profiles.told(RightToPractiseChanged, person.known())
    assert [each.standing for each in told] == [Standing.RENEWAL_WAITING, Standing.LICENCE_EXPIRED]


@pytest.mark.parametrize("stands", ["suspended", "role_revoked"])
def test_who_was_suspended_before_that_ended_the_right_loses_it_by_the_clock(
    profiles: Talking, stands: str
) -> None:
    person = licensed(profiles, listed=True)
    with profiles.store.transaction() as tx:
        setattr(tx.lock(Specialist, person.known()), stands, True)  # as a migration found it
    for _ in range(2):
        review_licences(profiles.store, utc_now())
    [told] = profiles.told(RightToPractiseChanged, person.known())
    assert not told.standing.may_practise
    assert len(profiles.told(SpecialistUnlisted, person.known())) == 1
    with pytest.raises(NotFound):
        profiles.asked_by(NOBODY).get_specialist(specialist_id=person.account_id)


def test_who_was_listed_before_licences_were_asked_for_is_so_again_with_one(
    database: str,
) -> None:
    unlicensed = a_specialist(listed=True)
    unlicensed.verified_until = None
    store = connected_database(database, "profiles")
    with store.transaction() as tx:
        tx.add(unlicensed)
    review_licences(store, utc_now())
    store.dispose()
    person = Caller(unlicensed.id, frozenset(["specialist"]))
    with serving(ProfilesService, database) as profiles:
        assert len(profiles.told(SpecialistUnlisted, unlicensed.id)) == 1
        verify(profiles, person, handed_in(profiles, person)["version"])
        assert profiles.asked_by(NOBODY).get_specialist(specialist_id=unlicensed.id)


# History


def test_who_changed_what_is_remembered(profiles: Talking) -> None:
    person = licensed(profiles)
    change = ChangeProfile(headline="Another way")
    profiles.asked_by(person).change_profile(change=change)
    profiles.asked_by(person).change_profile(change=change)  # changes nothing
    newest, verified, submitted, written = history_of(profiles, person)
    assert newest["changes"] == {"headline": {"before": "Where to start", "after": "Another way"}}
    assert newest["by"] == str(person.account_id)
    assert verified["by"] == str(ADMIN.account_id)
    assert verified["changes"]["licence.status"] == {"before": "submitted", "after": "verified"}
    assert submitted["changes"]["licence.number"] == {"before": None, "after": "PT-2041"}
    assert written["changes"]["display_name"] == {"before": "", "after": "Dr Ada Example"}


def test_what_the_clock_did_is_remembered_as_the_platforms_own(profiles: Talking) -> None:
    last = in_days(50)
    person = licensed(profiles, listed=True, expires_on=last)
    review_licences(profiles.store, midnight(last))
    by_clock = [each for each in history_of(profiles, person) if each["by"] is None]
    changes = {name: each for entry in by_clock for name, each in entry["changes"].items()}
    assert changes["status"] == {"before": "listed", "after": "unlisted"}
    assert changes["licence.status"] == {"before": "verified", "after": "expired"}


def test_what_was_refused_leaves_no_history(profiles: Talking) -> None:
    person = someone(profiles)
    with pytest.raises(ProfileIncomplete):
        profiles.asked_by(person).change_profile(change=LIST)
    assert len(history_of(profiles, person)) == 1
