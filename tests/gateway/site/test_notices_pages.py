"""The page of notices: worded by kind, in the reader's zone and language."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import httpx
import pytest

from chassis.context import Caller
from contracts.booking.consultations import Party
from contracts.notifications import Notice, NoticeData, NoticeKind
from contracts.profiles.accounts import Role
from contracts.profiles.featuring import NotFeatured
from contracts.profiles.preferences import Language
from contracts.profiles.right_to_practise import Standing
from gateway.pages.visitor import Visitor
from gateway.site.notices.sentences import ROWS, shown
from tests.gateway.site.page_reading import links_on
from tests.support.browsing import signed_in
from tests.support.eventually import eventually
from tests.support.factories import Person, a_client, a_specialist, slots_of

CLIENT, SPECIALIST = uuid4(), uuid4()
AT = datetime(2026, 11, 30, 10, tzinfo=UTC)
FACTS = NoticeData(
    consultation_id=uuid4(),
    client_id=CLIENT,
    specialist_id=SPECIALIST,
    starts_at=AT,
    previous_starts_at=AT,
    time_zone="Europe/Berlin",
    disputable_until=AT,
    held_until=AT,
    consultation_ids=[uuid4(), uuid4()],
    expires_on=date(2027, 1, 1),
    roles=list(Role),
)
NAMES = {CLIENT: "Sam", SPECIALIST: "Amira Haddad"}


def a_notice(kind: NoticeKind, data: NoticeData) -> Notice:
    return Notice(
        id=uuid4(), kind=kind, text="", data=data, about=uuid4(), created_at=AT, read_at=None
    )


def a_visitor(account_id: UUID, language: Language, zone: str | None = None) -> Visitor:
    return Visitor(language=language, caller=Caller(account_id), chosen_zone=zone)


def all_cases() -> Iterator[Notice]:
    """Each kind with every fact that chooses its words."""
    for kind in NoticeKind:
        yield a_notice(kind, FACTS)
    for party in Party:
        yield a_notice(NoticeKind.CONSULTATION_CANCELLED, replace(FACTS, cancelled_by=party))
        yield a_notice(NoticeKind.CONSULTATION_MISSED, replace(FACTS, missed_by=party))
    for cause in Standing:
        yield a_notice(NoticeKind.CONSULTATIONS_AT_RISK, replace(FACTS, cause=cause))
    for why in NotFeatured:
        yield a_notice(NoticeKind.SPECIALIST_UNFEATURED, replace(FACTS, not_featured=why))


def test_every_kind_has_a_row() -> None:
    assert set(ROWS) == set(NoticeKind)


@pytest.mark.parametrize("account_id", [CLIENT, SPECIALIST], ids=["client", "specialist"])
def test_every_notice_is_a_whole_sentence_in_both_languages(account_id: UUID) -> None:
    for notice in all_cases():
        said = [shown(notice, NAMES, a_visitor(account_id, each)) for each in Language]
        assert said[0].text != said[1].text
        for each in said:
            assert each.text[0].isupper()
            assert each.text.endswith(".")
            assert not set("%{") & set(each.text)
            ids = (CLIENT, SPECIALIST, FACTS.consultation_id)
            assert not any(str(id) in each.text for id in ids)
            assert bool(each.path) == bool(each.action)
        assert said[0].action != said[1].action or not said[0].action


def test_times_are_in_the_readers_zone_which_is_named() -> None:
    notice = a_notice(NoticeKind.CONSULTATION_BOOKED, FACTS)
    own = shown(notice, NAMES, a_visitor(CLIENT, Language.EN, "Europe/Lisbon"))
    assert "Monday 30 November, 10:00 (Lisbon time)" in own.text
    other = shown(notice, NAMES, a_visitor(CLIENT, Language.EN))
    assert "Monday 30 November, 11:00 (Berlin time)" in other.text


def test_an_unknown_name_has_words_in_its_place() -> None:
    notice = a_notice(NoticeKind.CONSULTATION_BOOKED, FACTS)
    assert "with a specialist" in shown(notice, {}, a_visitor(CLIENT, Language.EN)).text
    assert "mit einer Fachperson" in shown(notice, {}, a_visitor(CLIENT, Language.DE)).text
    assert "with the other side" in shown(notice, {}, a_visitor(SPECIALIST, Language.EN)).text


# The page


def book(http: httpx.Client, client: Person, specialist: Person) -> str:
    wanted = {"specialist_id": specialist.id, "starts_at": slots_of(specialist)[-1]["starts_at"]}
    answer = client.post("/consultations", wanted)
    assert answer.status_code == 201, answer.text
    eventually(lambda: client.get("/notifications").json()["items"])
    id: str = answer.json()["id"]
    return id


def test_a_notice_names_the_other_side_and_leads_on(http: httpx.Client) -> None:
    client = a_client(http)
    id = book(http, client, a_specialist(http, featured=True))
    page = signed_in(http, client.email).get("/notices?tz=Asia/Tokyo")
    assert "A half hour with Dr Ada Example was booked" in page.text
    assert "Tokyo time" in page.text
    assert f"/consultations/{id}" in links_on(page.html).values()


def test_unread_ones_are_marked_and_can_be_marked_as_read(http: httpx.Client) -> None:
    client = a_client(http)
    book(http, client, a_specialist(http, featured=True))
    browser = signed_in(http, client.email)
    page = browser.get("/notices")
    assert "1 unread" in page.text
    assert '<li class="new">' in page.html
    read = browser.followed(browser.fill(page, "/notices"))
    assert "All notices are marked as read." in read.text
    assert '<li class="new">' not in read.html
    assert client.get("/notifications").json()["unread"] == 0


def test_one_can_be_marked_alone(http: httpx.Client) -> None:
    client, specialist = a_client(http), a_specialist(http, featured=True)
    id = book(http, client, specialist)
    later = {"starts_at": slots_of(specialist)[0]["starts_at"]}
    assert client.post(f"/consultations/{id}/rescheduling", later).is_success
    eventually(lambda: client.get("/notifications").json()["unread"] == 2)
    notices = client.get("/notifications").json()["items"]
    browser = signed_in(http, client.email)
    browser.send("/notices", {"notice_id": notices[0]["id"]})
    read = [each["read_at"] is not None for each in client.get("/notifications").json()["items"]]
    assert read == [True, False]


def test_the_notice_of_another_person_is_not_found(http: httpx.Client) -> None:
    browser = signed_in(http, a_client(http).email)
    refused = browser.send("/notices", {"notice_id": str(uuid4())})
    assert refused.status == 404


def test_no_notices_yet(http: httpx.Client) -> None:
    page = signed_in(http, a_client(http).email).get("/notices")
    assert "No notices yet." in page.text
    assert links_on(page.html)["Find a specialist"] == "/specialists"


def test_older_ones_come_page_by_page(http: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.site.notices.pages.ON_A_PAGE", 1)
    client, specialist = a_client(http), a_specialist(http, featured=True)
    id = book(http, client, specialist)
    later = {"starts_at": slots_of(specialist)[0]["starts_at"]}
    assert client.post(f"/consultations/{id}/rescheduling", later).is_success
    eventually(lambda: client.get("/notifications").json()["unread"] == 2)
    browser = signed_in(http, client.email)
    first = browser.get("/notices")
    second = browser.get(links_on(first.html)["Earlier ones"])
    assert "was moved" in first.text
    assert "was booked" in second.text


def test_the_page_is_in_german(http: httpx.Client) -> None:
    client = a_client(http)
    book(http, client, a_specialist(http, featured=True))
    page = signed_in(http, client.email).get("/de/notices?tz=Europe/Vienna")
    assert "Eine halbe Stunde mit Dr Ada Example wurde gebucht" in page.text
    assert "Uhr (Zeit in Wien)" in page.text
