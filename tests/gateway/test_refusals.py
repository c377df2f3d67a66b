"""Refusals leave a trace: in the audit, and in the log of the gateway."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
from eventlet.event import Event as GreenEvent
from sqlalchemy import select
from structlog.testing import capture_logs

from contracts.profiles.sessions import Refused
from gateway.http import refusal_reports
from gateway.http.refusal_reports import AT_ONCE, RefusalReports
from services.profiles.audit.audit import AuditEntry
from tests.gateway.description import expect_problem
from tests.support.eventually import eventually
from tests.support.factories import Person, a_client
from tests.support.platform import House


@pytest.fixture
def person(shared_house: House) -> Person:
    return a_client(shared_house.http)


def refused_of(house: House, person: Person) -> list[str | None]:
    mine = select(AuditEntry).where(AuditEntry.who == UUID(person.id), AuditEntry.what == "refused")
    with house.store("profiles").reading() as session:
        return [each.detail for each in session.scalars(mine.order_by(AuditEntry.id))]


def test_a_403_is_written_into_the_audit_without_ids(shared_house: House, person: Person) -> None:
    expect_problem(person.get(f"/specialists/{uuid4()}/licence"), 403, "forbidden")
    expected = ["forbidden GET /api/v1/specialists/{specialist_id}/licence"]
    eventually(lambda: refused_of(shared_house, person) == expected)
    wrong = person.post("/me/totp", {"password": "a wrong password"})
    expect_problem(wrong, 403, "wrong_password")
    expected.append("wrong_password POST /api/v1/me/totp")
    eventually(lambda: refused_of(shared_house, person) == expected)


def test_other_answers_are_not(shared_house: House, person: Person) -> None:
    assert person.get("/me").is_success
    assert person.get(f"/consultations/{uuid4()}").status_code == 404
    assert person.patch("/me", {"unknown": 1}).status_code == 422
    expect_problem(person.get("/licences"), 403, "forbidden")
    eventually(lambda: refused_of(shared_house, person) == ["forbidden GET /api/v1/licences"])


@pytest.mark.parametrize(
    ("path", "headers", "status", "named"),
    [
        ("/licences", {}, 403, True),
        ("/me", {"Authorization": "Bearer garbage"}, 401, False),
    ],
)
def test_the_log_says_who_was_refused_and_from_which_network(
    person: Person, path: str, headers: dict[str, str], status: int, named: bool
) -> None:
    with capture_logs() as logs:
        assert person.get(path, headers=headers).status_code == status
        assert person.get("/me").is_success
    [refused] = [line for line in logs if line.get("status") == status]
    assert refused["network"] == "127.0.0.0/24"
    assert refused.get("account") == (person.id if named else None)
    assert not [line for line in logs if line.get("status") == 200 and "account" in line]


def test_a_report_keeps_no_answer_waiting_and_no_more_are_under_way_than_a_few(
    shared_house: House, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, told = GreenEvent(), []

    class Slow:
        def __init__(self, *_: Any) -> None:
            pass

        def record_refusal(self, refused: Refused) -> None:
            told.append(refused)
            held.wait()

    monkeypatch.setattr(refusal_reports, "Profiles", Slow)
    with capture_logs() as logs:
        for _ in range(AT_ONCE + 3):
            expect_problem(person.get("/licences"), 403, "forbidden")
        left_out = [each for each in logs if each["event"] == "refusal_not_reported"]
    assert (len(told), len(left_out)) == (AT_ONCE, 3)
    held.send()
    reporting = shared_house.part(RefusalReports)
    eventually(lambda: reporting._pool.free() == AT_ONCE)
    eventlet.sleep(0)
