"""A writing call that runs twice takes effect once, and answers the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from sqlalchemy import insert, select

from chassis import context, json
from chassis.context import CallContext, Caller
from chassis.idempotency.keys import KeyReused, _fingerprint, outside_call
from chassis.ids import new_id
from chassis.rpc.server import Request, _argument_fields
from chassis.sealing import Seal, new_key
from chassis.settings import BadSettings
from chassis.store import Store
from chassis.times import utc_now
from tests.chassis.bank import (
    Base,
    Client,
    Note,
    Teller,
    WordTaken,
    a_company,
    a_store,
    count_of,
    rows_of,
    words_in,
)

MANY = 8
KEYS = new_key()


class Desk:
    """A teller without its container: what the RPC entrypoint does around a method."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def tell(self, word: str) -> str:
        with self.store.transaction() as tx:
            note = Note.of(word)
            tx.add(note)
            tx.emit(note.told())
            tx.flush()
            eventlet.sleep(0.01)
            return tx.reply(str(note.id))

    def tell_again(self, word: str) -> int:
        """Nothing but its key stands against a repetition."""
        with self.store.transaction() as tx:
            note = tx.scalars(select(Note).where(Note.word == word)).one()
            note.times += 1
            tx.flush()
            eventlet.sleep(0.01)
            return tx.reply(note.times)

    def note_silently(self, word: str) -> str:
        with self.store.transaction() as tx:
            tx.add(Note.of(word))
        return word

    def clear(self, word: str) -> None:
        with self.store.transaction() as tx:
            tx.add(Note.of(word))
            return tx.reply(None)


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    store = a_store(database, "teller", Base)
    yield Desk(store)
    store.dispose()


def call(desk: Desk, key: str | None, method: str = "tell", word: str = "hello", **who: Any) -> Any:
    """As a request that arrives with this idempotency key."""
    run = getattr(desk, method)
    request = Request(method, {"word": word}, _argument_fields(run)())
    with context.entered(CallContext(idempotency_key=key, **who)):
        return request.answer(run)


def test_the_same_key_twice_has_one_effect_and_one_answer(desk: Desk) -> None:
    assert call(desk, "k") == call(desk, "k")
    assert words_in(desk.store) == ["hello"]
    assert count_of(desk.store, "outbox") == 1


def test_the_same_key_at_the_same_moment_has_one_effect_and_one_answer(desk: Desk) -> None:
    calls = [eventlet.spawn(call, desk, "k") for _ in range(MANY)]
    assert len({each.wait() for each in calls}) == 1
    assert words_in(desk.store) == ["hello"]
    assert count_of(desk.store, "outbox") == 1


def test_a_repetition_takes_effect_once_where_only_its_key_stands_against_it(desk: Desk) -> None:
    call(desk, None)
    assert [call(desk, "k", "tell_again"), call(desk, "k", "tell_again")] == [2, 2]


def test_repetitions_at_one_moment_take_effect_once_where_only_their_key_stands_against_them(
    desk: Desk,
) -> None:
    call(desk, None)
    calls = [eventlet.spawn(call, desk, "k", "tell_again") for _ in range(MANY)]
    assert [each.wait() for each in calls] == [2] * MANY


def test_an_answer_of_nothing_is_remembered_too(desk: Desk) -> None:
    assert call(desk, "k", "clear") is None
    assert call(desk, "k", "clear") is None
    assert words_in(desk.store) == ["hello"]


def test_another_key_is_another_call(desk: Desk) -> None:
    assert call(desk, "k1", word="one") != call(desk, "k2", word="two")
    assert words_in(desk.store) == ["one", "two"]


def test_without_a_key_each_call_stands_alone(desk: Desk) -> None:
    call(desk, None, word="one")
    with pytest.raises(WordTaken):
        call(desk, None, word="one")
    assert count_of(desk.store, "replies") == 0


def test_a_key_with_other_arguments_is_refused(desk: Desk) -> None:
    call(desk, "k", word="one")
    with pytest.raises(KeyReused) as refusal:
        call(desk, "k", word="two")
    assert refusal.value.code == "idempotency_key_reused"
    assert words_in(desk.store) == ["one"]


def test_the_key_of_one_account_is_not_that_of_another(desk: Desk) -> None:
    call(desk, "k", word="one", caller=Caller(uuid4()))
    call(desk, "k", word="two", caller=Caller(uuid4()))
    assert words_in(desk.store) == ["one", "two"]


def test_the_key_of_one_method_is_not_that_of_another(desk: Desk) -> None:
    call(desk, "k", word="one")
    call(desk, "k", "clear", word="two")
    assert words_in(desk.store) == ["one", "two"]


def test_a_writing_call_that_forgets_its_answer_fails_loudly_and_writes_nothing(
    desk: Desk,
) -> None:
    with pytest.raises(TypeError, match=r"must give its answer to tx\.reply"):
        call(desk, "k", "note_silently")
    assert words_in(desk.store) == []


def test_a_refused_call_is_not_remembered(desk: Desk) -> None:
    with desk.store.transaction() as tx:
        standing = Note(id=new_id(), word="hello", times=1)
        tx.add(standing)
    with pytest.raises(WordTaken):
        call(desk, "k")

    with desk.store.transaction() as tx:
        tx.delete(tx.find(Note, standing.id))
    call(desk, "k")

    assert words_in(desk.store) == ["hello"]


def test_a_call_repeated_over_the_broker_takes_effect_once(
    broker: str, sqlite_database: str
) -> None:
    with a_company(broker, sqlite_database, Teller, Client) as company:
        with context.entered(CallContext(idempotency_key="k")):
            answers = {company.teller.tell(word="hello") for _ in range(3)}
            with pytest.raises(KeyReused):
                company.teller.tell(word="other")
        assert len(answers) == 1
        assert words_in(company.store("teller")) == ["hello"]


# Secret answers


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What somebody asks for, and shows to get it."""

    word: str
    password: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What they get."""

    word: str
    secret: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Key:
    """A secret within what somebody asks for."""

    of: str
    word: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AskMany:
    """What somebody asks for, with secrets at every depth."""

    first: Key
    more: list[Key] = field(default_factory=list)
    hidden: Key | None = field(default=None, repr=False)


class Safe(Desk):
    def let_in(self, ask: Ask) -> str:
        """The answer bears no secret."""
        with self.store.transaction() as tx:
            note = Note.of(ask.word)
            tx.add(note)
            return tx.reply(str(note.id))

    def let_in_by(self, asked: AskMany) -> None:
        with self.store.transaction() as tx:
            tx.add(Note.of(asked.first.of))
            return tx.reply(None)

    def give_many(self, ask: Ask) -> list[Given]:
        with self.store.transaction() as tx:
            tx.add(Note.of(ask.word))
            return tx.reply([Given(word=ask.word, secret="very secret")])

    def give(self, ask: Ask) -> Given:
        with self.store.transaction() as tx:
            tx.add(Note.of(ask.word))
            return tx.reply(Given(word=ask.word, secret=f"secret {uuid4()}"))


@pytest.fixture
def safe(database: str) -> Iterator[Safe]:
    store = a_store(database, "teller", Base, Seal(KEYS, "replies"))
    yield Safe(store)
    store.dispose()


def give(
    safe: Safe, key: str, word: str = "hello", password: str = "p4ssw0rd", method: str = "give"
) -> Any:
    return ask(safe, key, method, {"ask": {"word": word, "password": password}})


def ask(safe: Safe, key: str, method: str, arguments: dict[str, Any]) -> Any:
    run = getattr(safe, method)
    request = Request(method, arguments, _argument_fields(run)())
    with context.entered(CallContext(idempotency_key=key)):
        return json.loads(json.dumps(request.answer(run)))


def test_a_secret_answer_is_repeated_and_kept_sealed(safe: Safe) -> None:
    first = give(safe, "k")
    assert give(safe, "k") == first
    assert words_in(safe.store) == ["hello"]
    [row] = rows_of(safe.store, "replies")
    for secret in (first["secret"], "p4ssw0rd", sha256(b"p4ssw0rd").hexdigest()):
        assert secret.encode() not in row.reply
        assert secret not in str(row)


def test_a_secret_answer_goes_to_nobody_who_shows_another_secret(safe: Safe) -> None:
    give(safe, "k")
    for changed in ({"password": "guessed"}, {"word": "other"}):
        with pytest.raises(KeyReused):
            give(safe, "k", **changed)


def test_another_secret_is_another_request_though_the_answer_bears_none(safe: Safe) -> None:
    first = give(safe, "k", method="let_in")
    assert give(safe, "k", method="let_in") == first
    for changed in ("guessed", "p4ssw0rd ", ""):
        with pytest.raises(KeyReused):
            give(safe, "k", password=changed, method="let_in")
    assert words_in(safe.store) == ["hello"]


def test_nobody_who_has_the_database_can_guess_the_secret_of_a_call(safe: Safe) -> None:
    for key, word in (("one", "hello"), ("two", "again")):
        give(safe, key, word, method="let_in")
    one, two = rows_of(safe.store, "replies")
    for row in (one, two):
        guessed = _fingerprint(["p4ssw0rd"])
        assert guessed not in str(row)
        assert guessed.encode() not in row.reply
        assert "p4ssw0rd" not in str(row)
    # nor see that two calls had the same one
    assert one.reply.partition(b"\n")[0] != two.reply.partition(b"\n")[0]


def test_an_answer_without_secrets_stays_readable_for_erasure(safe: Safe) -> None:
    answer = give(safe, "k", method="let_in")
    [row] = rows_of(safe.store, "replies")
    assert answer.encode() in row.reply


def test_after_a_rotation_of_keys_a_repetition_is_known_and_another_secret_too(
    safe: Safe, database: str
) -> None:
    first = give(safe, "k", method="let_in")
    store = a_store(database, "teller", Base, Seal(f"{new_key()},{KEYS}", "replies"))
    assert give(Safe(store), "k", method="let_in") == first
    with pytest.raises(KeyReused):
        give(Safe(store), "k", password="guessed", method="let_in")
    store.dispose()


def many(**changed: Any) -> dict[str, Any]:
    key = {"of": "door", "word": "open"}
    return {"asked": {"first": key, "more": [key, key], "hidden": key} | changed}


@pytest.mark.parametrize(
    "changed",
    [
        {"first": {"of": "door", "word": "sesame"}},
        {"more": [{"of": "door", "word": "open"}, {"of": "door", "word": "sesame"}]},
        {"hidden": {"of": "door", "word": "sesame"}},
        {"hidden": {"of": "window", "word": "open"}},
        {"hidden": None},
    ],
    ids=["within", "in a list", "within a secret", "beside it", "left out"],
)
def test_a_secret_at_any_depth_makes_another_request(safe: Safe, changed: dict[str, Any]) -> None:
    assert ask(safe, "k", "let_in_by", many()) == ask(safe, "k", "let_in_by", many())
    with pytest.raises(KeyReused):
        ask(safe, "k", "let_in_by", many(**changed))
    [row] = rows_of(safe.store, "replies")
    assert b"open" not in row.reply


def test_a_secret_in_a_list_of_answers_is_kept_sealed(safe: Safe) -> None:
    first = give(safe, "k", method="give_many")
    assert give(safe, "k", method="give_many") == first
    [row] = rows_of(safe.store, "replies")
    assert b"very secret" not in row.reply


@pytest.mark.parametrize("sealed", [False, True])
def test_what_an_earlier_release_kept_is_still_given(safe: Safe, sealed: bool) -> None:
    """It kept answers without secrets alone, and those with some sealed, with the fingerprint."""
    method = "give" if sealed else "let_in"
    given = {"word": "hello", "secret": "very secret"} if sealed else "an id"
    asked = Ask(word="hello", password="p4ssw0rd")
    reply = json.dumps(given)
    if sealed:
        fingerprint = sha256(repr(["p4ssw0rd"]).encode()).hexdigest()
        reply = Seal(KEYS, "replies").close(json.dumps([fingerprint, given])).encode()
    with safe.store.transaction() as tx:
        tx.execute(
            insert(safe.store.table("replies")).values(
                key=f"{method}:None:k",
                fingerprint=sha256(repr({"ask": asked}).encode()).hexdigest(),
                reply=reply,
                made_at=utc_now(),
            )
        )
        tx.add(Note.of("hello"))  # what the call did
    assert give(safe, "k", method=method) == given
    with pytest.raises(KeyReused):
        give(safe, "k", word="other", method=method)


@pytest.mark.parametrize("method", ["give", "let_in"])
def test_without_a_key_to_seal_with_no_secret_is_given_out(desk: Desk, method: str) -> None:
    with pytest.raises(BadSettings, match="FIRSTSTEP_SEAL_KEYS"):
        give(Safe(desk.store), "k", method=method)
    assert count_of(desk.store, "replies") == 0
    assert words_in(desk.store) == []


def test_what_answers_nobody_stays_though_the_call_is_refused(desk: Desk) -> None:
    def refuse(word: str) -> None:
        with outside_call(), desk.store.transaction() as tx:
            tx.add(Note.of(word))
        raise WordTaken

    request = Request("refuse", {"word": "tried"}, _argument_fields(refuse)())
    for _ in range(2):
        with context.entered(CallContext(idempotency_key="k")), pytest.raises(WordTaken):
            request.answer(refuse)
    assert words_in(desk.store) == ["tried"]
    assert count_of(desk.store, "replies") == 0
