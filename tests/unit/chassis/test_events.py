"""Events on the wire: CloudEvents 1.0, JSON event format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import json
from chassis.events import Audience, Envelope, Event, Malformed, as_mapping, exchange_of
from tests.chassis.bank import Told, an_envelope

texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
told = st.builds(Told, note_id=st.uuids(), word=texts)
times = st.datetimes(
    min_value=datetime(2000, 1, 1),
    timezones=st.just(UTC),  # hypothesis's way
)


@dataclass(frozen=True, kw_only=True)
class Opened(Event, producer="shop", audience=Audience.PUBLIC):
    """A shop's."""

    shop_id: str
    since: datetime | None = None


@given(event=told, now=times, correlation_id=texts)
def test_what_was_written_is_read_the_same(event: Told, now: datetime, correlation_id: str) -> None:
    envelope = Envelope.around(event, now, correlation_id)
    assert Envelope.from_json(envelope.to_json(), Told) == envelope


def test_an_event_has_the_attributes_that_cloud_events_require() -> None:
    envelope = an_envelope("hello")
    wire = as_mapping(envelope.to_json())
    assert wire["specversion"] == "1.0"
    assert UUID(wire["id"]) == envelope.id
    assert wire["source"] == "/firststep/teller"
    assert wire["type"] == "Told"
    assert wire["subject"] == wire["data"]["note_id"]
    assert wire["datacontenttype"] == "application/json"
    assert wire["dataschema"].endswith("/Told")
    assert wire["time"].endswith("Z")
    assert datetime.fromisoformat(wire["time"]).tzinfo is not None


def test_attribute_names_are_lower_case_letters_and_digits() -> None:
    assert all(name.isalnum() and name.islower() for name in as_mapping(an_envelope().to_json()))


def test_the_id_is_made_once() -> None:
    envelope = an_envelope()
    assert envelope.to_json() == envelope.to_json()
    assert an_envelope().id != an_envelope().id


def test_ids_sort_by_the_time_they_were_made() -> None:
    ids = [an_envelope().id for _ in range(100)]
    assert ids == sorted(ids)
    assert {each.version for each in ids} == {7}


def test_an_event_is_internal_unless_it_says_otherwise() -> None:
    assert Told.audience is Audience.INTERNAL
    assert Opened.audience is Audience.PUBLIC


def test_an_exchange_is_declared_as_plain_nameko_would() -> None:
    exchange = exchange_of("shop")
    assert (exchange.name, exchange.type, exchange.durable) == ("shop.events", "topic", True)


@given(st.binary())
def test_any_bytes_are_an_event_or_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        Envelope.from_json(body, Told)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
)


@given(
    name=st.sampled_from(["id", "time", "subject", "correlationid", "data", "type", "specversion"]),
    value=json_values,
)
def test_any_attribute_is_an_event_or_malformed(name: str, value: Any) -> None:
    wire = {**as_mapping(an_envelope().to_json()), name: value}
    try:
        Envelope.from_json(json.dumps(wire), Told)
    except Malformed as error:
        assert str(error)  # noqa: PT017  # both are fine, nothing else is
