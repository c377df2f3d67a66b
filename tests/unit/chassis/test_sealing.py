"""Secrets at rest: sealed under keys that rotate, each for one purpose."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import json
from chassis.sealing import SEALED, Seal, TooOld, Unopenable, keys_in, new_key

OLD, NEW = new_key(), new_key()
NOW = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


@given(secret=st.binary(max_size=200))
def test_what_was_sealed_opens_as_it_was(secret: bytes) -> None:
    sealed = Seal(OLD, "letters").close(secret)
    assert Seal(OLD, "letters").open(sealed) == secret
    assert sealed.encode().startswith(SEALED)


def test_the_same_secret_is_sealed_differently_each_time() -> None:
    seal = Seal(OLD, "letters")
    assert seal.close(b"secret") != seal.close(b"secret")


def test_after_a_rotation_the_old_opens_and_the_new_seals() -> None:
    before = Seal(OLD, "letters").close(b"secret")
    rotated = Seal(f"{NEW}, {OLD}", "letters")
    assert rotated.open(before) == b"secret"
    assert Seal(NEW, "letters").open(rotated.close(b"later")) == b"later"
    with pytest.raises(Unopenable):
        Seal(NEW, "letters").open(before)


def test_nothing_opens_for_another_purpose() -> None:
    with pytest.raises(Unopenable):
        Seal(OLD, "parcels").open(Seal(OLD, "letters").close(b"secret"))


@pytest.mark.parametrize("sealed", ["", "x", "gAAAAA", "é", "\x00", "gAAAAA" + "A" * 200])
def test_what_is_no_seal_does_not_open(sealed: str) -> None:
    with pytest.raises(Unopenable):
        Seal(OLD, "letters").open(sealed)


@given(bit=st.integers(0, 73 * 8 - 1))
def test_no_bit_of_it_may_be_changed(bit: int) -> None:
    seal = Seal(OLD, "letters")
    sealed = bytearray(urlsafe_b64decode(seal.close(b"secret")))
    assert len(sealed) == 73
    sealed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(Unopenable):
        seal.open(urlsafe_b64encode(sealed).decode())


def test_it_is_fresh_until_its_lifetime_is_over() -> None:
    seal = Seal(OLD, "letters")
    sealed = seal.close(b"secret", NOW)
    assert seal.open_fresh(sealed, HOUR, NOW + HOUR - timedelta(seconds=1)) == b"secret"
    with pytest.raises(TooOld):
        seal.open_fresh(sealed, HOUR, NOW + HOUR)
    with pytest.raises(Unopenable):
        Seal(NEW, "letters").open_fresh(sealed, HOUR, NOW)


def test_a_digest_says_whether_two_texts_are_one_and_needs_the_key() -> None:
    digest = Seal(OLD, "letters").digest("sam@example.org")
    assert digest == Seal(f"{OLD},{NEW}", "letters").digest("sam@example.org")
    assert digest != Seal(OLD, "letters").digest("kim@example.org")
    assert digest != Seal(NEW, "letters").digest("sam@example.org")


@pytest.mark.parametrize("value", [None, True, 1, -1, 1.5, "gAAAAA", [], {}, ["gAAAAA"]])
def test_nothing_that_is_json_looks_sealed(value: object) -> None:
    assert not json.dumps(value).startswith(SEALED)


@pytest.mark.parametrize("keys", ["", ",", f"{OLD},", "short", f"{OLD}=", "é", OLD[:-2]])
def test_what_is_no_key_is_refused(keys: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        keys_in(keys)
