"""What travels with a call, and what becomes of it on the way."""

from __future__ import annotations

from uuid import uuid4

import pytest

from chassis.context import CallContext, Caller
from chassis.errors import EmailNotVerified, Unauthenticated

SOMEBODY = Caller(uuid4(), frozenset({"client"}), verified=True, session_id=uuid4())


@pytest.mark.parametrize(
    "call",
    [
        CallContext("c-1"),
        CallContext("c-1", Caller(uuid4(), frozenset())),
        CallContext("c-1", SOMEBODY, 1.5, "a key", "203.0.113.9", "a browser"),
    ],
)
def test_it_arrives_as_it_left(call: CallContext) -> None:
    assert CallContext.from_headers(call.to_headers()) == call


def test_whoever_comes_from_an_older_version_is_not_taken_for_verified() -> None:
    older = {"correlation_id": "c-1", "caller": f'{{"account_id": "{uuid4()}", "roles": ["x"]}}'}
    caller = CallContext.from_headers(older).caller
    assert caller.roles == {"x"}
    assert caller.verified is False
    assert caller.session_id is None


@pytest.mark.parametrize("verified", ['"true"', "1", "null"])
def test_only_true_is_verified(verified: str) -> None:
    wire = f'{{"account_id": "{uuid4()}", "roles": [], "verified": {verified}}}'
    assert CallContext.from_headers({"caller": wire}).caller.verified is False


def test_who_must_be_verified_is_told_so() -> None:
    assert SOMEBODY.require_verified() == SOMEBODY.account_id
    with pytest.raises(EmailNotVerified):
        Caller(uuid4()).require_verified()
    with pytest.raises(Unauthenticated):
        Caller().require_verified()
