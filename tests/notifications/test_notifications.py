"""Notifications as others meet them: told events, and read for notices and mail."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from chassis.context import Caller
from chassis.errors import NotFound, Unauthenticated
from chassis.ids import new_id
from chassis.pagination import PageQuery
from contracts import notifications as contract
from contracts.booking.attendance import ConsultationCompleted, ConsultationMissed
from contracts.booking.availability import FreeConsultationsPaused, FreeConsultationsResumed
from contracts.booking.consultations import ConsultationPlaceChanged, ConsultationRescheduled, Party
from contracts.booking.external_calendars import (
    ExternalCalendarFailed,
    ExternalCalendarReadInPart,
    ExternalCalendarRecovered,
)
from contracts.booking.holds import HeldSlot, RescueOffered
from contracts.booking.outcomes import BothWishToContinue
from contracts.booking.waitlist import SlotOffered
from contracts.profiles.accounts import AccountRegistered, Role
from contracts.profiles.featuring import NotFeatured, SpecialistFeatured, SpecialistUnfeatured
from contracts.profiles.preferences import Language
from contracts.profiles.specialists import SpecialistListed, SpecialistUnlisted, SpecialistUpdated
from services.notifications.mails.mails import Mail
from services.notifications.service import NotificationsService
from services.notifications.specialists.texts import UNREADABLE
from tests.notifications.builders import IN_BERLIN, ON_MONDAY, ONLINE, a_booking, an_account
from tests.notifications.steps import a_pair, mail_to, notices_of, page_of, rows_of
from tests.support import servers
from tests.support.eventually import eventually
from tests.support.servers import SmtpServer
from tests.support.service_client import NOBODY, Talking, serving

CLOSING = "Kind regards\nFirststep"


# Notices and mail


def test_a_booking_gives_both_a_notice_and_a_mail(notifications: Talking) -> None:
    client, specialist = a_pair()
    booking = a_booking(client.account_id, specialist.account_id)
    notifications.hears(client, specialist, booking)
    for account in (client, specialist):
        [notice] = notices_of(notifications, account.account_id)
        assert (notice.kind, notice.about) == ("consultation_booked", booking.consultation_id)
        assert f"{ON_MONDAY:%H:%M} UTC" in notice.text
        assert notice.read_at is None
        [mail] = eventually(partial(mail_to, notifications, account))
        assert (
            mail.get_content() == f"Hello {account.display_name},\n\n{notice.text}\n\n{CLOSING}\n"
        )


def test_a_booking_that_is_heard_of_twice_is_told_once(notifications: Talking) -> None:
    client, specialist = a_pair()
    notifications.hears(client, specialist)
    heard = notifications.hears(a_booking(client.account_id, specialist.account_id))
    notifications.hears_again(*heard, *heard)
    for account in (client, specialist):
        assert len(notices_of(notifications, account.account_id)) == 1
        assert len(rows_of(notifications, account)) == 1


def test_a_sent_mail_is_noted_and_not_sent_again(notifications: Talking) -> None:
    client, specialist = a_pair()
    notifications.hears(client, specialist, a_booking(client.account_id, specialist.account_id))
    eventually(partial(_sent, notifications, client))
    [row] = rows_of(notifications, client)
    assert row.attempts == 1
    assert row.sent_at is not None


def test_a_mail_waits_until_the_address_is_heard_of(notifications: Talking) -> None:
    client, specialist = a_pair()
    notifications.hears(specialist, a_booking(client.account_id, specialist.account_id))
    assert eventually(partial(mail_to, notifications, specialist))
    [waiting] = rows_of(notifications, client)
    assert (waiting.status, waiting.attempts) == ("waiting", 0)
    assert len(notices_of(notifications, client.account_id)) == 1

    notifications.hears(client)

    assert len(eventually(partial(mail_to, notifications, client))) == 1
    eventually(partial(_sent, notifications, client))
    assert [row.attempts for row in rows_of(notifications, client)] == [1]


def test_featuring_is_told_in_a_notice_without_a_mail(notifications: Talking) -> None:
    _, specialist = a_pair()
    about = specialist.account_id
    notifications.hears(
        specialist,
        SpecialistFeatured(
            specialist_id=about,
            version=2,
            display_name="Dr Ada Example",
            headline="",
            next_slot_at=ON_MONDAY,
        ),
        SpecialistUnfeatured(specialist_id=about, version=3, reason=NotFeatured.NO_SLOT_SOON),
    )
    unfeatured, featured = notices_of(notifications, about)
    assert (featured.kind, featured.about) == ("specialist_featured", about)
    assert (unfeatured.kind, unfeatured.about) == ("specialist_unfeatured", about)
    assert "no free slot within 14 days" in unfeatured.text
    assert rows_of(notifications, specialist) == []


# Reading notices


def test_everybody_reads_their_own_notices_alone(notifications: Talking) -> None:
    notifications.hears(a_booking())
    assert notices_of(notifications, new_id()) == []
    with pytest.raises(Unauthenticated):
        notifications.asked_by(NOBODY).list_notices(page=PageQuery())


def test_notices_are_read_newest_first_page_by_page(notifications: Talking) -> None:
    client, _ = a_pair()
    bookings = [a_booking(client.account_id) for _ in range(5)]
    notifications.hears(*bookings)
    found, cursor = [], None
    for size in (2, 2, 1):
        page = notifications.asked_by(Caller(client.account_id)).list_notices(
            page=PageQuery(cursor=cursor, limit=2)
        )
        assert len(page["items"]) == size
        found += [UUID(each["about"]) for each in page["items"]]
        cursor = page["next"]
    assert cursor is None
    assert found == [each.consultation_id for each in bookings[::-1]]


def test_notices_are_marked_as_read_one_by_one_or_all_and_the_unread_are_counted(
    notifications: Talking,
) -> None:
    client, other = new_id(), new_id()
    notifications.hears(*(a_booking(client) for _ in range(3)), a_booking(other))
    mine = notifications.asked_by(Caller(client))
    assert page_of(notifications, client).unread == 3

    newest = notices_of(notifications, client)[0]
    for _ in range(2):
        mine.read_notice(notice_id=newest.id)
        [read, *unread] = notices_of(notifications, client)
        assert read.read_at is not None
        assert {each.read_at for each in unread} == {None}
        assert page_of(notifications, client).unread == 2
    again = notices_of(notifications, client)[0]
    assert again.read_at == read.read_at

    mine.read_all_notices()
    page = page_of(notifications, client)
    assert page.unread == 0
    assert None not in {each.read_at for each in page.items}
    assert page.items[0].read_at == read.read_at
    assert page_of(notifications, other).unread == 1


def test_nobody_marks_the_notice_of_another_as_read(notifications: Talking) -> None:
    client = new_id()
    notifications.hears(a_booking(client))
    [notice] = notices_of(notifications, client)
    for stranger, refusal in ((Caller(new_id()), NotFound), (NOBODY, Unauthenticated)):
        with pytest.raises(refusal):
            notifications.asked_by(stranger).read_notice(notice_id=notice.id)
    with pytest.raises(Unauthenticated):
        notifications.asked_by(NOBODY).read_all_notices()
    assert page_of(notifications, client).unread == 1


def test_a_notice_has_ids_and_times_for_programs(notifications: Talking) -> None:
    booking = a_booking()
    notifications.hears(booking)
    [notice] = notices_of(notifications, booking.client_id)
    assert notice.kind is contract.NoticeKind.CONSULTATION_BOOKED
    assert notice.data == contract.NoticeData(
        consultation_id=booking.consultation_id,
        client_id=booking.client_id,
        specialist_id=booking.specialist_id,
        starts_at=booking.starts_at,
        time_zone="Europe/Berlin",
    )


# The reader's language and zone, and names


def test_everybody_is_told_in_their_own_language_and_zone(notifications: Talking) -> None:
    client = replace(an_account("Noor"), language=Language.DE, time_zone="America/New_York")
    specialist = an_account("Ada", Role.SPECIALIST)
    booking = a_booking(client.account_id, specialist.account_id)
    notifications.hears(client, specialist, a_profile(specialist, 2, "Dr Ada Example"), booking)

    [told] = notices_of(notifications, client.account_id)
    assert "Erstgespräch mit Dr Ada Example ist am Montag, 7. Januar 2030, um 04:30" in told.text
    [mail] = eventually(partial(mail_to, notifications, client))
    assert mail["Subject"] == "Ihr Termin"
    assert mail.get_content() == f"Guten Tag Noor,\n\n{told.text}\n\nFreundliche Grüße\nFirststep\n"
    [told] = notices_of(notifications, specialist.account_id)
    assert "with Noor was booked: on Monday, 7 January 2030 at 10:30 (Central" in told.text


def test_a_discreet_mail_says_less_than_its_notice(notifications: Talking) -> None:
    client = replace(an_account("Noor"), discreet=True)
    booking = a_booking(client.account_id)
    profile = a_profile(an_account(), 2, "Dr Ada Example", booking.specialist_id)
    notifications.hears(client, profile, booking)
    [told] = notices_of(notifications, client.account_id)
    assert "Dr Ada Example" in told.text
    [mail] = eventually(partial(mail_to, notifications, client))
    assert "Dr Ada Example" not in mail.as_string()
    assert f"/consultations/{booking.consultation_id}" in mail.get_content()


def test_a_specialist_is_named_as_on_the_profile_whatever_order_it_is_heard_in(
    notifications: Talking,
) -> None:
    specialist = an_account("Ada Private", Role.SPECIALIST)
    id, booking = specialist.account_id, a_booking(specialist_id=specialist.account_id)
    notifications.hears(booking, specialist)
    [told] = notices_of(notifications, booking.client_id)
    assert "with your specialist is on" in told.text

    renamed = SpecialistUpdated(
        specialist_id=id, version=4, display_name="Dr Ada Newname", headline=""
    )
    unlisted = SpecialistUnlisted(specialist_id=id, version=5)
    notifications.hears(renamed, a_profile(specialist, 2, "Dr Ada Oldname"), unlisted)

    [told] = notices_of(notifications, booking.client_id)
    assert "with Dr Ada Newname is on" in told.text


def a_profile(
    account: AccountRegistered, version: int, name: str, id: UUID | None = None
) -> SpecialistListed:
    return SpecialistListed(
        specialist_id=id or account.account_id, version=version, display_name=name, headline=""
    )


# Ways out


def test_mail_leaves_over_smtp(database: str, smtp_server: SmtpServer) -> None:
    client, specialist = a_pair()
    with serving(NotificationsService, database, smtp_server.url) as notifications:
        notifications.hears(client, specialist, a_booking(client.account_id, specialist.account_id))
        for account in (client, specialist):
            [message] = eventually(partial(_delivered, smtp_server, account))
            assert message["X-MailFrom"] == "no-reply@firststep.example"
            assert f"Hello {account.display_name}," in message.get_content()


def _delivered(server: SmtpServer, account: AccountRegistered) -> list[EmailMessage]:
    return [each for each in server.messages() if each["X-RcptTo"] == account.email]


@pytest.fixture
def unsteady_smtp_server() -> Iterator[SmtpServer]:
    """One that the test may stop and start."""
    with servers.smtp() as server:
        yield server


def test_mail_that_the_server_was_away_for_is_sent_when_it_is_back(
    database: str, unsteady_smtp_server: SmtpServer
) -> None:
    client, specialist = a_pair()
    with serving(NotificationsService, database, unsteady_smtp_server.url) as notifications:
        unsteady_smtp_server.stop()
        notifications.hears(client, specialist, a_booking(client.account_id, specialist.account_id))
        for account in (client, specialist):
            [row] = eventually(partial(_tried, notifications, account))
            assert row.status == "waiting"
            assert "127.0.0.1" in row.error
            assert row.next_attempt_at > datetime.now(UTC)

        unsteady_smtp_server.start()
        _make_due(notifications)

        for account in (client, specialist):
            eventually(partial(_sent, notifications, account))
            assert len(_delivered(unsteady_smtp_server, account)) == 1


def _sent(notifications: Talking, account: AccountRegistered) -> bool:
    return [row.status for row in rows_of(notifications, account)] == ["sent"]


def test_mail_that_the_folder_could_not_take_is_written_when_it_can(
    database: str, tmp_path: Path
) -> None:
    folder = tmp_path / "mail"
    folder.write_text("in the way")
    client, specialist = a_pair()
    with serving(NotificationsService, database, str(folder)) as notifications:
        notifications.hears(client, specialist, a_booking(client.account_id, specialist.account_id))
        [row] = eventually(partial(_tried, notifications, client))
        assert row.status == "waiting"

        folder.unlink()
        _make_due(notifications)

        assert len(eventually(partial(mail_to, notifications, client))) == 1


def _tried(notifications: Talking, account: AccountRegistered) -> list[Any]:
    return [row for row in rows_of(notifications, account) if row.attempts]


def _make_due(notifications: Talking) -> None:
    with notifications.store.transaction() as tx:
        tx.execute(update(Mail).values(next_attempt_at=datetime.now(UTC)))


# What becomes of a consultation


def about(pair: tuple[AccountRegistered, AccountRegistered]) -> dict[str, Any]:
    client, specialist = pair
    return {
        "consultation_id": new_id(),
        "client_id": client.account_id,
        "specialist_id": specialist.account_id,
    }


def texts_of(notifications: Talking, account: AccountRegistered, kind: str) -> list[str]:
    """Of its notices; each went by mail too."""
    found = [
        each.text for each in notices_of(notifications, account.account_id) if each.kind == kind
    ]
    eventually(lambda: len(mail_to(notifications, account)) == len(found))
    return found


def test_both_are_told_the_new_time(notifications: Talking) -> None:
    pair = a_pair()
    moved = ConsultationRescheduled(
        **about(pair),
        version=2,
        starts_at=ON_MONDAY + timedelta(days=1),
        ends_at=ON_MONDAY + timedelta(days=1, minutes=30),
        previous_starts_at=ON_MONDAY,
        **ONLINE,
    )
    notifications.hears(*pair, moved)
    for account in pair:
        [text] = texts_of(notifications, account, "consultation_rescheduled")
        assert "Monday, 7 January 2030" in text
        assert "now on Tuesday, 8 January 2030" in text


def moved_elsewhere(which: dict[str, Any], version: int, **place: str) -> ConsultationPlaceChanged:
    return ConsultationPlaceChanged(
        **which, version=version, starts_at=ON_MONDAY, **{**ONLINE, **place}
    )


def test_both_are_told_where_they_meet_now_unless_something_newer_was_told(
    notifications: Talking,
) -> None:
    pair = a_pair()
    which = about(pair)
    newer = moved_elsewhere(which, version=3, meeting_address="12 Long Street")
    notifications.hears(*pair, newer, moved_elsewhere(which, version=2))
    for account in pair:
        [text] = texts_of(notifications, account, "consultation_place_changed")
        assert "Monday, 7 January 2030" in text
        assert "12 Long Street" in text


def completed(
    which: dict[str, Any], version: int = 2, ask: Collection[Party] = tuple(Party)
) -> ConsultationCompleted:
    return ConsultationCompleted(**which, version=version, ask=list(ask))


def missed(which: dict[str, Any], missed_by: Party = Party.CLIENT) -> ConsultationMissed:
    return ConsultationMissed(
        **which,
        version=2,
        starts_at=ON_MONDAY,
        **IN_BERLIN,
        missed_by=missed_by,
        disputable_until=ON_MONDAY + timedelta(days=2),
    )


def test_afterwards_both_are_asked_in_private_what_they_want(notifications: Talking) -> None:
    pair = a_pair()
    notifications.hears(*pair, completed(about(pair)))
    for account in pair:
        [text] = texts_of(notifications, account, "consultation_completed")
        assert "The other side never sees it" in text


@pytest.mark.parametrize("missed_by", Party)
def test_both_are_told_of_a_miss_and_that_they_can_see_it_otherwise(
    notifications: Talking, missed_by: Party
) -> None:
    pair = a_pair()
    notifications.hears(*pair, missed(about(pair), missed_by))
    texts = {
        party: texts_of(notifications, account, "consultation_missed")[0]
        for party, account in zip(Party, pair, strict=True)
    }
    assert "you could not make it" in texts[missed_by]
    assert ("It does not count" in texts[Party.CLIENT]) == (missed_by == Party.SPECIALIST)
    assert all("before Wednesday, 9 January 2030" in each for each in texts.values())


def test_what_is_heard_of_late_is_not_told_any_more(notifications: Talking) -> None:
    pair = a_pair()
    which = about(pair)
    notifications.hears(
        *pair,
        completed(which, version=3),
        missed(which),
    )
    for account in pair:
        kinds = [each.kind for each in notices_of(notifications, account.account_id)]
        assert kinds == ["consultation_completed"]


def test_nobody_is_asked_twice_and_only_who_is_to_be(notifications: Talking) -> None:
    client, specialist = pair = a_pair()
    once, never = about(pair), about(pair)
    notifications.hears(
        *pair,
        completed(once, ask=[Party.SPECIALIST]),
        completed(once, version=4),
        completed(never, ask=[]),
    )
    assert len(notices_of(notifications, specialist.account_id)) == 1
    assert notices_of(notifications, client.account_id) == []


def test_a_mutual_wish_is_told_to_both_and_sells_nothing(notifications: Talking) -> None:
    pair = a_pair()
    notifications.hears(*pair, BothWishToContinue(**about(pair)))
    for account in pair:
        [text] = texts_of(notifications, account, "both_wish_to_continue")
        assert "for the two of you to decide" in text


def test_a_specialist_is_told_when_their_free_consultations_pause_and_resume(
    notifications: Talking,
) -> None:
    _, specialist = a_pair()
    whom = specialist.account_id
    notifications.hears(
        specialist,
        FreeConsultationsPaused(specialist_id=whom, version=3),
        FreeConsultationsResumed(specialist_id=whom, version=4),
    )
    kinds = [each.kind for each in notices_of(notifications, whom)]
    assert kinds == ["free_consultations_resumed", "free_consultations_paused"]


def test_no_subject_says_what_it_is_about(notifications: Talking) -> None:
    pair = a_pair()
    notifications.hears(
        *pair,
        completed(about(pair)),
        BothWishToContinue(**about(pair)),
        missed(about(pair)),
    )
    for account in pair:
        found = eventually(partial(_three, notifications, account))
        assert {each["Subject"] for each in found} == {"Your appointment"}


def _three(notifications: Talking, account: AccountRegistered) -> list[EmailMessage]:
    found = mail_to(notifications, account)
    return found if len(found) == 3 else []


def test_who_waits_is_told_what_is_kept_for_them_and_until_when(notifications: Talking) -> None:
    client, specialist = a_pair()
    offered = SlotOffered(
        specialist_id=specialist.account_id,
        client_id=client.account_id,
        starts_at=ON_MONDAY,
        held_until=ON_MONDAY - timedelta(days=1),
        **IN_BERLIN,
    )
    notifications.hears(client, specialist, offered)
    [text] = texts_of(notifications, client, "slot_offered")
    assert "Monday, 7 January 2030 at 10:30 (Central European Standard Time; 09:30 UTC)" in text
    assert (
        "until Sunday, 6 January 2030 at 10:30 (Central European Standard Time; 09:30 UTC)" in text
    )
    assert notices_of(notifications, specialist.account_id) == []


def test_whom_a_specialist_let_down_is_told_of_other_times(notifications: Talking) -> None:
    client, _ = a_pair()
    slots = [
        HeldSlot(
            specialist_id=new_id(),
            starts_at=ON_MONDAY + timedelta(days=each),
            held_until=ON_MONDAY - timedelta(days=1),
        )
        for each in range(3)
    ]
    rescue = RescueOffered(
        consultation_id=new_id(), client_id=client.account_id, slots=slots, **IN_BERLIN
    )
    notifications.hears(client, rescue)
    [text] = texts_of(notifications, client, "rescue_offered")
    for day in ("Monday, 7", "Tuesday, 8", "Wednesday, 9"):
        assert f"{day} January 2030 at 10:30 (Central European Standard Time; 09:30 UTC)" in text
    assert "until Sunday, 6 January 2030" in text


@pytest.mark.parametrize("problem", [*UNREADABLE, "something_new"])
def test_a_specialist_is_told_why_their_external_calendar_is_not_read_and_when_it_is_again(
    notifications: Talking, problem: str
) -> None:
    specialist = an_account(role=Role.SPECIALIST)
    whom = specialist.account_id
    which: Any = {"specialist_id": whom, "calendar_id": new_id(), "name": "Practice"}
    notifications.hears(
        specialist,
        ExternalCalendarFailed(**which, version=3, problem=problem),
        ExternalCalendarRecovered(**which, version=4),
    )
    again, broken = notices_of(notifications, whom)
    assert (again.kind, broken.kind) == ("external_calendar_recovered", "external_calendar_failed")
    why = UNREADABLE[problem].en if problem in UNREADABLE else "it can't be read"
    assert f"Practice any more: {why}" in broken.text
    assert "Practice again" in again.text


def test_a_specialist_is_told_how_much_of_their_external_calendar_can_not_be_read(
    notifications: Talking,
) -> None:
    specialist = an_account(role=Role.SPECIALIST)
    which: Any = {"specialist_id": specialist.account_id, "calendar_id": new_id()}
    notifications.hears(
        specialist,
        ExternalCalendarReadInPart(**which, version=3, name="Practice", passed_over=1),
        ExternalCalendarReadInPart(**which, version=4, name="Home", passed_over=12),
    )
    later, first = notices_of(notifications, specialist.account_id)
    assert later.kind == first.kind == "external_calendar_read_in_part"
    assert "1 entry of your external calendar Practice" in first.text
    assert "12 entries of your external calendar Home" in later.text
