"""Content coding: what a client says in ``Accept-Encoding``, and what it gets."""

from __future__ import annotations

import gzip

import brotli
import pytest

from gateway.http.encoding import SMALLEST, Encodings, compressed, preferred_coding

TEXT = b"half an hour, " * 100


def chosen(accepted: str, codings: dict[str, bytes] | None = None) -> str | None:
    return preferred_coding(accepted, compressed(TEXT) if codings is None else codings)


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("br", "br"),
        ("gzip", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("*;q=0", None),
        ("identity", None),
        ("identity, br;q=0.5", None),
        ("identity;q=0.5, br;q=0.5", "br"),
        ("deflate", None),
        ("", None),
        ("br;q=nonsense", None),
    ],
)
def test_the_client_gets_the_coding_it_ranks_highest(accepted: str, expected: str | None) -> None:
    assert chosen(accepted) == expected


def test_without_codings_the_body_stays_as_it_is() -> None:
    assert chosen("br, gzip", {}) is None


def test_each_coding_decodes_to_the_body() -> None:
    codings = compressed(TEXT)
    assert list(codings) == ["br", "gzip"]
    assert brotli.decompress(codings["br"]) == TEXT
    assert gzip.decompress(codings["gzip"]) == TEXT


def test_a_coding_that_saves_nothing_is_left_out() -> None:
    assert compressed(b"x") == {}


def test_a_small_body_is_sent_as_it_is() -> None:
    assert Encodings(b"x" * (SMALLEST - 1)).preferred("br") == (None, b"x" * (SMALLEST - 1))
    assert Encodings(b"x" * SMALLEST).preferred("br")[0] == "br"


def test_the_compressed_form_is_made_once() -> None:
    encodings = Encodings(TEXT)
    coding, body = encodings.preferred("gzip, br")
    assert (coding, brotli.decompress(body)) == ("br", TEXT)
    assert encodings.preferred("br")[1] is body
    assert encodings.preferred("deflate") == (None, TEXT)
