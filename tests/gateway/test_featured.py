"""The featured, as visitors and specialists meet them; and the feed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.context import CallContext, entered
from chassis.ids import new_id
from contracts.profiles.featuring import Exposure
from gateway.cache import ARTICLES, LIFETIME_S, REFRESHED_BY, PublicReads
from gateway.featured import exposures
from gateway.featured.exposures import Batch, ExposureReports, Exposures
from gateway.featured.listing import Featured
from gateway.featured.rotation import Visit
from gateway.site.home.home import SHOWN
from tests.gateway.description import Description, expect_problem
from tests.support.databases import Databases
from tests.support.eventually import eventually
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_specialist,
    an_availability,
    somebody,
)
from tests.support.platform import House, a_house, an_embedded_broker
from tests.support.service_client import at_once

FEATURED = "/api/v1/featured"
FEED = "/api/v1/events/featured"
SOME = 7


@pytest.fixture(scope="module")
def house(sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exposures, "REPORT_EVERY_S", 0.1)
        folder = str(tmp_path_factory.mktemp("featured"))
        with a_house(an_embedded_broker(), sqlite_databases.fresh(), folder) as running:
            description = Description(running.http.get("/openapi.json").json())
            running.http.event_hooks = {"response": [description.hold_against]}
            yield running


@pytest.fixture(scope="module")
def people(house: House) -> list[Person]:
    """The only ones that are featured here."""
    found = [a_specialist(house.http, featured=True) for _ in range(SOME)]
    eventually(lambda: len(house.http.get(FEATURED).json()["items"]) == SOME)
    return found


def pages(http: httpx.Client, first: dict[str, Any], limit: int) -> list[str]:
    """Everybody that a visitor sees from the first page on."""
    page, seen = first, [each["id"] for each in first["items"]]
    while page["next"]:
        page = http.get(f"{FEATURED}?limit={limit}&cursor={page['next']}").json()
        assert page["visit"] == first["visit"]
        seen += [each["id"] for each in page["items"]]
    return seen


@pytest.mark.parametrize("limit", [1, 3, 20])
def test_a_visitor_sees_all_once_in_an_order_that_stays(
    house: House, people: list[Person], limit: int
) -> None:
    first = house.http.get(f"{FEATURED}?limit={limit}").json()
    seen = pages(house.http, first, limit)
    assert sorted(seen) == sorted(each.id for each in people)
    again = house.http.get(f"{FEATURED}?limit={limit}&visit={first['visit']}").json()
    assert again == first
    assert pages(house.http, again, limit) == seen


def test_the_next_visitor_begins_where_the_last_one_stopped(
    house: House, people: list[Person]
) -> None:
    pages_ = [house.http.get(f"{FEATURED}?limit=3").json() for _ in range(SOME)]
    shown = [each["id"] for page in pages_ for each in page["items"]]
    assert {each.id: shown.count(each.id) for each in people} == {each.id: 3 for each in people}
    firsts = [house.http.get(FEATURED).json()["items"][0]["id"] for _ in range(2 * SOME)]
    assert {firsts.count(each.id) for each in people} == {2}


def test_a_page_says_how_it_may_be_kept_and_is_found_unchanged(
    house: House, people: list[Person]
) -> None:
    page = house.http.get(FEATURED)
    assert page.headers["Cache-Control"] == "no-store"
    assert "ETag" not in page.headers  # the next visitor's is another
    path = f"{FEATURED}?visit={page.json()['visit']}"
    again = house.http.get(path)
    assert again.headers["Cache-Control"] == "private, no-cache"
    etag = again.headers["ETag"]
    assert house.http.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert house.http.get(FEATURED, headers={"If-None-Match": etag}).status_code == 200


def test_what_the_gateway_remembers_for_itself_is_nobodys_answer(
    house: House, people: list[Person]
) -> None:
    visit = house.http.get(FEATURED).json()["visit"]
    for query in ("ring", visit):
        assert house.http.get(f"{FEATURED}?{query}").status_code == 422


def test_a_visit_of_last_week_begins_anew(house: House, people: list[Person]) -> None:
    old = Visit((datetime.now(UTC) - timedelta(days=7)).date().toordinal(), 7).to_token()
    page = house.http.get(f"{FEATURED}?visit={old}").json()
    assert page["visit"] != old
    assert len(page["items"]) == SOME


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("visit=nonsense", "bad_visit"),
        ("visit=", "bad_visit"),
        ("visit=////////////////", "bad_visit"),
        ("cursor=nonsense", "bad_cursor"),
        ("cursor=", "bad_cursor"),
        ("limit=0", "invalid"),
        ("limit=101", "invalid"),
        (f"visit={'a' * 65}", "invalid"),
        ("who=me", "invalid"),
    ],
)
def test_what_was_not_given_out_is_refused(house: House, query: str, code: str) -> None:
    expect_problem(house.http.get(f"{FEATURED}?{query}"), 422, code)
    if "visit" in query:
        path = f"/api/v1/specialists/{new_id()}?{query}"
        expect_problem(house.http.get(path), 422, code)


# What came of it


def report_of(person: Person) -> dict[str, Any]:
    response = person.get("/specialists/me/featuring")
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_a_specialist_sees_how_often_they_were_shown_and_opened_five_at_least(
    house: House,
) -> None:
    person = a_specialist(house.http, featured=True)
    path = f"/api/v1/specialists/{person.id}"
    visit = eventually(partial(visit_that_shows, house.http, person))
    for _ in range(4):
        assert house.http.get(f"{path}?visit={visit}").json()["id"] == person.id
    for _ in range(3):
        house.http.get(path)
    eventually(lambda: counted(house, person)[1] == 4)
    today = report_of(person)["days"][0]
    assert (today["shown"], today["opened"]) == (None, None)

    house.http.get(f"{path}?visit={visit}")
    for _ in range(20):
        house.http.get(f"{FEATURED}?limit=100")
    eventually(lambda: report_of(person)["days"][0]["opened"] == 5)
    eventually(lambda: report_of(person)["days"][0]["shown"] >= 20)
    report = report_of(person)
    assert len(report["days"]) == 30
    days = [date.fromisoformat(each["day"]) for each in report["days"]]
    assert days == [days[0] - timedelta(days=age) for age in range(30)]
    assert {each["shown"] for each in report["days"][1:]} == {None}
    person.patch("/specialists/me", {"status": "unlisted"})


def test_each_card_on_the_home_page_counts_though_visitors_share_an_answer(
    house: House, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: list[UUID] = []
    house.http.get("/")
    monkeypatch.setattr(Exposures, "shown", lambda _, ids: counts.extend(ids))
    house.part(PublicReads).cache.forget(ARTICLES)
    pages = at_once([partial(house.http.get, "/")] * 40)
    shown = [each.text.count('id="next-') for each in pages if isinstance(each, httpx.Response)]
    assert shown == [SHOWN] * 40
    assert len(counts) == sum(shown)


def test_a_refresh_in_the_background_counts_no_card(
    house: House, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, made, view_of = list[UUID](), list[Any](), Featured.view
    cache = house.part(PublicReads).cache
    for _ in range(3 * SOME):
        house.http.get("/")

    def counting(featured: Featured, query: Any) -> Any:
        made.append(query)
        return view_of(featured, query)

    monkeypatch.setattr(Featured, "view", counting)
    monkeypatch.setattr(Exposures, "shown", lambda _, ids: counts.extend(ids))
    monkeypatch.setattr(cache, "_now", lambda: monotonic() + LIFETIME_S * REFRESHED_BY)
    pages = [house.http.get("/").text.count('id="next-') for _ in range(SOME)]
    eventually(lambda: not cache._fills)
    assert made, "no page was refreshed"
    assert len(counts) == sum(pages) == SHOWN * SOME


def visit_that_shows(http: httpx.Client, person: Person) -> str | None:
    page = http.get(f"{FEATURED}?limit=100").json()
    ids = [each["id"] for each in page["items"]]
    return page["visit"] if person.id in ids else None


def counted(house: House, person: Person) -> tuple[int, int]:
    store = house.store("profiles")
    table = store.table("exposures")
    with store.reading() as session:
        query = table.select().where(table.c.specialist_id == UUID(person.id))
        rows = list(session.execute(query))
    return sum(row.shown for row in rows), sum(row.opened for row in rows)


def test_opening_somebody_who_is_not_featured_counts_for_nothing(
    house: House, people: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[UUID] = []
    monkeypatch.setattr(Exposures, "opened", lambda _, id: opened.append(id))
    visit = house.http.get(FEATURED).json()["visit"]
    person = a_specialist(house.http)
    for each in (people[0], person):
        answer = house.http.get(f"/api/v1/specialists/{each.id}?visit={visit}")
        assert answer.status_code == 200
    assert opened == [UUID(people[0].id)]
    assert house.http.get(f"/api/v1/specialists/{new_id()}?visit={visit}").status_code == 404


def test_counts_that_are_handed_over_twice_are_added_once(house: House) -> None:
    person = a_specialist(house.http)
    today = datetime.now(UTC).date()
    batch = Batch([Exposure(specialist_id=UUID(person.id), day=today, shown=6, opened=0)])
    for _ in range(3):
        with entered(CallContext(idempotency_key=batch.key)):
            house.remote("profiles").record_exposures(counts=batch.counts)
    assert counted(house, person) == (6, 0)
    with entered(CallContext(idempotency_key="another")):
        house.remote("profiles").record_exposures(counts=batch.counts)
    assert counted(house, person) == (12, 0)


def test_nothing_is_counted_for_who_was_erased(house: House) -> None:
    person = a_specialist(house.http)
    assert person.post("/me/erasure", {"password": PASSWORD}).status_code == 202
    today = datetime.now(UTC).date()
    counts = [Exposure(specialist_id=UUID(person.id), day=today, shown=6, opened=0)]
    with entered(CallContext(idempotency_key="late")):
        house.remote("profiles").record_exposures(counts=counts)
    assert counted(house, person) == (0, 0)


def test_counts_that_could_not_be_handed_over_are_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = a_specialist(house.http)
    told = house.part(ExposureReports)
    with monkeypatch.context() as away:
        away.setattr(ExposureReports, "_send", _fail)
        told.exposures.opened(UUID(person.id))
        eventually(lambda: told._waiting)
    eventually(lambda: counted(house, person) == (0, 1))


def _fail(self: ExposureReports, batch: Batch) -> None:
    raise RuntimeError("profiles is away")


def test_what_was_counted_is_handed_over_at_the_end(
    sqlite_databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposures, "REPORT_EVERY_S", 3600)
    database = sqlite_databases.fresh()
    with a_house(an_embedded_broker(), database, str(tmp_path)) as house:
        person = a_specialist(house.http, featured=True)
        eventually(partial(visit_that_shows, house.http, person))
    with a_house(an_embedded_broker(), database, str(tmp_path)) as house:
        assert counted(house, person)[0] >= 1


def test_counting_takes_note_of_nothing_but_whom_and_when() -> None:
    counts = Exposures()
    specialist_id = new_id()
    counts.shown((specialist_id,))
    counts.shown((specialist_id, new_id()))
    counts.opened(specialist_id)
    exposure = next(each for each in counts.take() if each.specialist_id == specialist_id)
    assert set(vars(exposure)) == {"specialist_id", "day", "shown", "opened"}
    assert (exposure.shown, exposure.opened) == (2, 1)
    assert counts.take() == []


def test_a_specialist_sees_everything_that_stands_against_them(house: House) -> None:
    person = a_specialist(house.http, listed=False)
    report = report_of(person)
    assert report["featured"] is False
    assert report["against"] == ["not_listed", "no_free_consultations", "no_slot_soon"]
    person.put("/specialists/me/availability", an_availability(hours=[]))
    eventually(lambda: report_of(person)["against"] == ["not_listed", "no_slot_soon"])
    person.put("/specialists/me/availability", an_availability())
    eventually(lambda: report_of(person)["against"] == ["not_listed"])
    before = datetime.now(UTC)
    person.patch("/specialists/me", {"status": "listed"})
    report = report_of(person)
    assert (report["featured"], report["against"]) == (True, [])
    assert before <= datetime.fromisoformat(report["since"]) <= datetime.now(UTC)
    person.patch("/specialists/me", {"status": "unlisted"})


def test_who_has_no_profile_has_nothing_to_report(house: House) -> None:
    nobody = somebody(house.http, "specialist")
    expect_problem(nobody.get("/specialists/me/featuring"), 404, "not_found")
    refused = a_client(house.http).get("/specialists/me/featuring")
    expect_problem(refused, 403, "forbidden")


# The feed


def test_a_listener_follows_from_the_snapshot_on(house: House, people: list[Person]) -> None:
    cursor, featured = None, set()
    while True:
        params = {"limit": 3, **({"after": cursor} if cursor else {})}
        page = house.http.get(FEED, params=params).json()
        for event in page["items"]:
            assert event["specversion"] == "1.0"
            if event["type"] == "SpecialistFeatured":
                featured.add(event["subject"])
            else:
                featured.discard(event["subject"])
        cursor = page["next"]
        if page["caught_up"]:
            break
    assert featured == {each.id for each in people}

    people[0].patch("/specialists/me", {"status": "unlisted"})
    [event] = house.http.get(FEED, params={"after": cursor}).json()["items"]
    assert (event["type"], event["subject"]) == ("SpecialistUnfeatured", people[0].id)
    assert event["data"]["reason"] == "not_listed"
    people[0].patch("/specialists/me", {"status": "listed"})


@pytest.mark.parametrize("after", ["", "nonsense", "OTk5OTk5", "é"])
def test_a_cursor_of_another_feed_is_refused(house: House, after: str) -> None:
    expect_problem(house.http.get(FEED, params={"after": after}), 422, "bad_cursor")
