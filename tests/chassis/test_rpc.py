"""RPC: typed arguments, refusals as themselves, deadlines, and poison, on each kind of broker."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import Any
from uuid import UUID, uuid4

import eventlet
import pytest
import structlog
from nameko.constants import HEADER_PREFIX
from nameko.exceptions import RemoteError
from nameko.standalone.rpc import ServiceRpcProxy

from chassis import context, json
from chassis.broker.publishing import BrokerAway, TransientSender, connection_to
from chassis.context import CallContext, Caller
from chassis.errors import (
    Conflict,
    DomainError,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from chassis.messaging.redrive import Selection
from chassis.rpc.server import rpc
from chassis.runtime.container import current_caller
from chassis.store import Store
from tests.chassis.bank import Company, Ears, WordTaken, a_company, within
from tests.support.eventually import eventually
from tests.support.untyped_client import UntypedClient, untyped_client

SOON_S = 1.0
ran: list[str] = []


@dataclass(frozen=True, kw_only=True)
class Form:
    """What one fills in."""

    name: str
    copies: int = 1


class Backroom:
    """Where the desk asks in turn."""

    name = "backroom"
    caller = current_caller()

    @rpc
    def who(self) -> dict[str, Any]:
        now = context.current()
        return {
            "account_id": self.caller.account_id,
            "roles": sorted(self.caller.roles),
            "correlation_id": now.correlation_id,
            "deadline": now.deadline,
            "logged": structlog.contextvars.get_contextvars().get("correlation_id"),
        }

    @rpc
    def sleep(self, seconds: float) -> str:
        eventlet.sleep(seconds)
        return "awake"


class Desk:
    name = "desk"
    store = Store(Ears)
    backroom = untyped_client("backroom")

    @rpc
    def add(self, a: int, b: int = 10) -> int:
        return a + b

    @rpc
    def types(self, id: UUID, at: datetime, form: Form, word: str | None = None) -> list[str]:
        return [type(each).__name__ for each in (id, at, form, word)] + [at.isoformat()]

    @rpc
    def give_back(self, form: Form) -> Form:
        return form

    @rpc
    def refuse(self, kind: str) -> None:
        raise DomainError.by_code[kind](
            "No, not today.", [FieldError("day", "Not today.", "today")]
        )

    @rpc
    def fail(self) -> None:
        raise ZeroDivisionError("by zero")

    @rpc
    def unspeakable(self) -> object:
        return object()

    @rpc
    def note(self, word: str) -> str:
        ran.append(word)
        return word

    @rpc
    def sleep(self, seconds: float) -> str:
        ran.append("asleep")
        eventlet.sleep(seconds)
        ran.append("awake")
        return "awake"

    @rpc
    def ask_further(self) -> dict[str, Any]:
        answer: dict[str, Any] = self.backroom.who()
        return answer

    @rpc
    def wait_further(self, seconds: float) -> None:
        self.backroom.sleep(seconds=seconds)


class Visitor:
    name = "visitor"
    desk = untyped_client("desk")
    nobody = untyped_client("nobody")


@pytest.fixture(params=["embedded", "rabbitmq"], scope="module")
def office(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """One office for all tests here, on each kind of broker: it must survive every one of them."""
    broker = "embedded://office"
    if request.param == "rabbitmq":
        broker = request.getfixturevalue("rabbitmq_url")
    database = f"sqlite:///{tmp_path_factory.mktemp('office')}/{{service}}.db"
    with a_company(broker, database, Desk, Backroom, Visitor) as company:
        yield company


@pytest.fixture
def desk(office: Company) -> UntypedClient:
    return office.remote("desk", "visitor")


# Arguments


def test_arguments_go_by_name_and_defaults_hold(desk: UntypedClient) -> None:
    assert desk.add(a=1, b=2) == 3
    assert desk.add(a=1) == 11


def test_arguments_arrive_as_the_types_that_the_method_declares(desk: UntypedClient) -> None:
    at = datetime(2031, 5, 1, 12, tzinfo=UTC)
    answer = desk.types(id=uuid4(), at=at, form=Form(name="A1"), word=None)
    assert answer == ["UUID", "datetime", "Form", "NoneType", "2031-05-01T12:00:00+00:00"]


def test_dataclasses_come_back_as_json(desk: UntypedClient) -> None:
    assert desk.give_back(form=Form(name="A1", copies=2)) == {"name": "A1", "copies": 2}


@pytest.mark.parametrize(
    ("arguments", "field", "value"),
    [
        ({"a": "one"}, "a", "one"),
        ({"a": 1.5}, "a", "1.5"),
        ({"a": True}, "a", "True"),
        ({"a": None}, "a", None),
        ({"a": 1, "c": 3}, "c", "3"),
    ],
)
def test_a_bad_argument_is_refused_by_name(
    desk: UntypedClient, arguments: dict[str, Any], field: str, value: str | None
) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.add(**arguments)
    [error] = refusal.value.errors
    assert (error.field, error.value) == (field, value)


def test_a_bad_field_inside_an_argument_is_refused_by_its_path(desk: UntypedClient) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.give_back(form={"name": "A1", "copies": "two"})
    assert [each.field for each in refusal.value.errors] == ["form.copies"]


def test_a_missing_argument_is_the_callers_mistake_and_harms_nobody(desk: UntypedClient) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.add(b=1)
    assert [each.field for each in refusal.value.errors] == ["a"]
    assert desk.add(a=1) == 11


def test_an_unknown_method_is_refused_by_name(desk: UntypedClient) -> None:
    with pytest.raises(Invalid, match="There is no method dance"):
        desk.dance()


# Refusals and failures


@pytest.mark.parametrize(
    "kind", [Invalid, Unauthenticated, Forbidden, NotFound, Conflict, Unavailable, WordTaken]
)
def test_a_refusal_arrives_as_itself(desk: UntypedClient, kind: type[DomainError]) -> None:
    with pytest.raises(kind) as refusal:
        desk.refuse(kind=kind.code)
    assert type(refusal.value) is kind
    assert refusal.value.code == kind.code
    assert refusal.value.detail == "No, not today."
    assert refusal.value.errors == (FieldError("day", "Not today.", "today"),)


def test_a_refusal_that_the_caller_does_not_know_arrives_as_its_kind(desk: UntypedClient) -> None:
    wire = WordTaken("taken").to_wire() | {"code": "not_known_here"}
    refusal = DomainError.from_wire(wire)
    assert type(refusal) is Conflict
    assert (refusal.code, refusal.detail) == ("not_known_here", "taken")
    assert Conflict("another").code == "conflict"


def test_an_unexpected_failure_is_a_remote_error_and_the_service_lives(desk: UntypedClient) -> None:
    with pytest.raises(RemoteError, match="ZeroDivisionError by zero"):
        desk.fail()
    assert desk.add(a=1) == 11


def test_an_answer_that_is_no_json_is_a_remote_error_and_the_service_lives(
    desk: UntypedClient,
) -> None:
    with pytest.raises(RemoteError, match="not JSON serializable"):
        desk.unspeakable()
    assert desk.add(a=1) == 11


# Deadlines


def leaked(office: Company) -> dict[str, Any]:
    entries: dict[str, Any] = office.remote("desk", "visitor")._requester.replies._reply_events
    return entries


def test_a_call_fails_at_its_deadline_and_leaves_nothing_behind(
    office: Company, desk: UntypedClient
) -> None:
    ran.clear()
    with (
        context.entered(within(SOON_S)),
        pytest.raises(Unavailable, match="did not answer in time"),
    ):
        desk.sleep(seconds=2 * SOON_S)
    assert "asleep" in ran
    assert "awake" not in ran
    assert leaked(office) == {}
    assert desk.add(a=1) == 11


def test_many_calls_at_once_leave_nothing_behind(office: Company, desk: UntypedClient) -> None:
    pool = eventlet.GreenPool(20)
    answers = list(pool.imap(lambda number: desk.add(a=number, b=0), range(100)))
    assert answers == list(range(100))
    assert leaked(office) == {}


def test_a_service_that_is_not_there_is_unavailable_at_the_deadline(office: Company) -> None:
    with (
        context.entered(within(SOON_S)),
        pytest.raises(Unavailable, match="did not answer in time"),
    ):
        office.remote("nobody", "visitor").hello()


def test_a_call_whose_time_has_run_out_fails_at_once(desk: UntypedClient) -> None:
    with context.entered(within(-1)), pytest.raises(Unavailable):
        desk.note(word="too late")
    assert desk.note(word="in time") == "in time"
    assert "too late" not in ran


def test_a_lost_reply_is_unavailable_at_the_deadline(
    office: Company, desk: UntypedClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk._requester.replies, "routing_key", "nowhere")
    with context.entered(within(SOON_S)), pytest.raises(Unavailable, match="did not answer"):
        desk.note(word="unheard")
    assert leaked(office) == {}
    assert "unheard" in ran


def test_a_broker_that_can_not_be_reached_is_away() -> None:
    sender = TransientSender("amqp://guest:guest@127.0.0.1:1")
    with pytest.raises(BrokerAway, match="ConnectionRefusedError"):
        sender.send(b"{}", exchange="nameko-rpc", routing_key="desk.add", timeout=3)


# What travels along


def test_the_caller_and_the_correlation_id_travel_along(desk: UntypedClient) -> None:
    account_id = uuid4()
    call = CallContext("c-1", Caller(account_id, frozenset({"client"})), deadline=time() + 5)
    with context.entered(call):
        there = desk.ask_further()

    assert there["account_id"] == str(account_id)
    assert there["roles"] == ["client"]
    assert there["correlation_id"] == there["logged"] == "c-1"


def test_a_nested_call_has_the_time_that_is_left(desk: UntypedClient) -> None:
    call = within(5)
    with context.entered(call):
        assert desk.ask_further()["deadline"] == pytest.approx(call.deadline, abs=0.1)


def test_a_call_without_a_deadline_gets_the_outermost_one(desk: UntypedClient) -> None:
    assert 8 < desk.ask_further()["deadline"] - time() < 10.1


def test_the_deadline_ends_a_nested_wait_too(desk: UntypedClient) -> None:
    with context.entered(within(SOON_S)), pytest.raises(Unavailable):
        desk.wait_further(seconds=2 * SOON_S)


def test_calls_do_not_see_each_others_context(desk: UntypedClient) -> None:
    def ask(number: int) -> bool:
        with context.entered(CallContext(f"c-{number}")):
            answer: dict[str, Any] = desk.ask_further()
        return bool(answer["correlation_id"] == answer["logged"] == f"c-{number}")

    assert all(eventlet.GreenPool(20).imap(ask, range(40)))


# Poison


def send(office: Company, body: bytes, method: str = "note", **properties: Any) -> None:
    """A request as anybody on the broker could send one."""
    properties = {"reply_to": "nowhere", "correlation_id": uuid4().hex, **properties}
    content_type = properties.pop("content_type", "application/json")
    headers = properties.pop("headers", {})
    properties = {key: value for key, value in properties.items() if value is not None}
    with connection_to(office.broker) as connection:
        channel = connection.channel()
        message = channel.prepare_message(body, 0, content_type, "utf-8", headers, properties)
        channel.basic_publish(message, exchange="nameko-rpc", routing_key=f"desk.{method}")


def a_request(word: str) -> bytes:
    return json.dumps({"args": [], "kwargs": {"word": word}})


def header(**values: Any) -> dict[str, Any]:
    return {f"{HEADER_PREFIX}.{name}": value for name, value in values.items()}


POISON: dict[str, tuple[bytes, dict[str, Any]]] = {
    "not JSON": (b"{", {}),
    "not UTF-8": (b"\xff\xfe", {}),
    "a pickle": (
        pickle.dumps({"args": [], "kwargs": {}}),
        {"content_type": "application/x-pickle"},
    ),
    "no object": (b"[]", {}),
    "no kwargs": (b'{"args": []}', {}),
    "no args": (b'{"kwargs": {}}', {}),
    "positional arguments": (b'{"args": [1], "kwargs": {}}', {}),
    "kwargs that are none": (b'{"args": [], "kwargs": [1]}', {}),
    "no reply_to": (a_request("no reply_to"), {"reply_to": None}),
    "a bad deadline": (a_request("deadline"), {"headers": header(deadline="soon")}),
    "a caller that is no JSON": (a_request("caller 1"), {"headers": header(caller="{")}),
    "a caller without an id": (a_request("caller 2"), {"headers": header(caller="{}")}),
    "a caller with a strange id": (
        a_request("caller 3"),
        {"headers": header(caller='{"account_id": 7, "roles": []}')},
    ),
    "a caller with strange roles": (
        a_request("caller 4"),
        {"headers": header(caller=json.dumps({"account_id": uuid4(), "roles": 7}).decode())},
    ),
}


@pytest.mark.parametrize("kind", POISON)
def test_a_poisonous_request_is_parked_and_the_service_lives(
    office: Company, desk: UntypedClient, kind: str
) -> None:
    body, properties = POISON[kind]
    send(office, body, **properties)

    box = office.redrive("desk")
    eventually(lambda: body in [bytes(each.body) for each in box.dead_letters()])
    assert {each.handler for each in box.dead_letters()} == {"rpc.note"}
    assert desk.add(a=1) == 11
    assert not {"no reply_to", "deadline", "caller 1", "caller 2", "caller 3"} & set(ran)


def test_a_poisonous_request_with_any_routing_key_is_parked(
    office: Company, desk: UntypedClient
) -> None:
    method, body = "x" * 200, b"long"
    send(office, body, method)

    box = office.redrive("desk")
    parked = eventually(lambda: [each for each in box.dead_letters() if bytes(each.body) == body])
    assert parked[0].handler.startswith("rpc.xxx")
    box.discard(Selection(parked[0].event_id))
    assert desk.add(a=1) == 11


def test_an_expired_request_is_not_run(office: Company, desk: UntypedClient) -> None:
    send(office, a_request("expired"), headers=header(deadline=str(time() - 1)))
    send(office, a_request("current"), headers=header(deadline=str(time() + 5)))

    eventually(lambda: "current" in ran)
    assert "expired" not in ran
    assert desk.add(a=1) == 11


def test_a_reply_that_is_no_json_harms_nobody_but_its_caller(
    office: Company, desk: UntypedClient
) -> None:
    asking = eventlet.spawn(_ask_in_vain, desk)
    [correlation_id] = eventually(lambda: list(leaked(office)))
    with connection_to(office.broker) as connection:
        channel = connection.channel()
        properties = {"correlation_id": correlation_id}
        message = channel.prepare_message(b"{", 0, "application/json", "utf-8", {}, properties)
        reply_to = desk._requester.replies.routing_key
        channel.basic_publish(message, exchange="nameko-rpc", routing_key=reply_to)

    assert asking.wait() == "unavailable"
    assert desk.add(a=1) == 11


def _ask_in_vain(desk: UntypedClient) -> str:
    with context.entered(within(2 * SOON_S)):
        try:
            desk.sleep(seconds=3 * SOON_S)
        except Unavailable:
            return "unavailable"
    return "answered"


def test_a_result_comes_as_the_bytes_that_the_service_sent(desk: UntypedClient) -> None:
    result = desk._requester.request("desk", "add", {"a": 1})
    assert isinstance(result, json.Encoded)
    assert result.body == b"11"


# Others on the wire


def test_a_plain_nameko_client_gets_answers_and_errors_in_nameko_s_form(office: Company) -> None:
    if not office.broker.startswith("amqp"):
        pytest.skip("nameko's own client speaks AMQP")
    with ServiceRpcProxy("desk", {"AMQP_URI": office.broker}) as proxy:
        assert proxy.add(a=1, b=2) == 3
        with pytest.raises(RemoteError, match="Forbidden No, not today"):
            proxy.refuse(kind="forbidden")
        with pytest.raises(RemoteError, match="ZeroDivisionError by zero"):
            proxy.fail()
