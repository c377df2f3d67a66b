"""Credentials are masked, whatever surrounds them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.masking import masked, masked_value

NOT_BLANK = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("amqp://ada:word@host:5672/v is away", "amqp://…@host:5672/v is away"),
        ("'redis://:word@host/0'", "'redis://…@host/0'"),
        ("postgresql+psycopg://ada:w@rd@host/x", "postgresql+psycopg://…@host/x"),
        ("s3+http://key:se/cret@host/b and smtps://a:b@c", "s3+http://…@host/b and smtps://…@c"),
        ("AMQP://ada:word@host;amqp://ada:word@other", "AMQP://…@other"),
        ("host=h sslpassword='w o' secret_key=x", "host=h sslpassword=… secret_key=…"),
        ("host=h password=word user=ada", "host=h password=… user=ada"),
        ("http://h/?password=word&sslmode=require", "http://h/?password=…&sslmode=require"),
        ("connected to http://host:80/path", "connected to http://host:80/path"),
        ("sam@example.org is no URL", "sam@example.org is no URL"),
    ],
)
def test_the_credentials_in_a_text_are_masked_and_nothing_else(text: str, shown: str) -> None:
    assert masked(text) == shown


@given(NOT_BLANK, NOT_BLANK)
def test_no_password_is_left_whatever_is_in_it(user: str, word: str) -> None:
    secret = f"{word}s3cret{word}"
    assert "s3cret" not in masked(f"at amqp://{user}:{secret}@host: away")
    assert "s3cret" not in masked_value(f"amqp://{user}:{secret}@host")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("amqp://ada:word", "amqp://ada:…"),
        ("amqp://ada:word@[::1]:5672/v", "amqp://…@[::1]:5672/v"),
        ("http://[fe80::1]", "http://[fe80::1]"),
        ("amqp://[ada:word", "amqp://[ada:…"),
        ("amqp://[ada:word]:5672", "amqp://[ada:…"),
    ],
)
def test_a_host_is_shown_and_a_password_without_a_host_is_masked(value: str, shown: str) -> None:
    assert masked_value(value) == shown
