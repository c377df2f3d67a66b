"""What is really sent is what is described."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from chassis import json
from chassis.events import Envelope
from contracts.catalogue import all_events, public_events
from firststep.platform import SERVICES
from tests.contracts.schemas import errors_of
from tests.support.platform import House

TYPES = {event.type() for event in all_events()}
CLASSES = {(event.producer, event.type()): event for event in all_events()}
PUBLIC = [event.type() for event in public_events()]
ATTRIBUTE_NAME = re.compile(r"[a-z0-9]{1,20}")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@pytest.fixture(scope="module")
def sent(played: House) -> dict[str, list[tuple[str, bytes]]]:
    """By type: who sent it, and its bytes, from the outboxes of all services."""
    found: dict[str, list[tuple[str, bytes]]] = {}
    for service in SERVICES:
        store = played.store(service)
        outbox = store.table("outbox")
        with store.reading() as session:
            for row in session.execute(select(outbox.c.type, outbox.c.body)):
                found.setdefault(row.type, []).append((service, bytes(row.body)))
    return found


def payload_schema(document: dict[str, Any], event_type: str) -> dict[str, Any]:
    """With what its references lead to inside the document."""
    [reference] = document["channels"][event_type]["messages"].values()
    name = reference["$ref"].removeprefix("#/components/messages/")
    schema: dict[str, Any] = document["components"]["messages"][name]["payload"]
    return {**schema, "components": document["components"]}


def test_the_main_job_sends_every_event_there_is(
    sent: dict[str, list[tuple[str, bytes]]],
) -> None:
    """So that the tests below leave none out."""
    assert {(service, each) for each, told in sent.items() for service, _ in told} == set(CLASSES)


@pytest.mark.parametrize("event_type", PUBLIC)
def test_a_public_event_is_as_asyncapi_describes_it(
    sent: dict[str, list[tuple[str, bytes]]], asyncapi: dict[str, Any], event_type: str
) -> None:
    schema = payload_schema(asyncapi, event_type)
    for _, body in sent[event_type]:
        event = json.loads(body)
        assert errors_of(schema, event) == []
        described = asyncapi["components"]["schemas"][event_type]["properties"]
        assert set(event["data"]) == set(described)
        assert set(event) == set(schema["properties"])


@pytest.mark.parametrize("event_type", PUBLIC)
def test_a_description_of_something_else_would_be_noticed(
    sent: dict[str, list[tuple[str, bytes]]], asyncapi: dict[str, Any], event_type: str
) -> None:
    schema = payload_schema(asyncapi, event_type)
    event = json.loads(sent[event_type][0][1])
    first, *others = event["data"]
    without_first = {name: event["data"][name] for name in others}
    for broken in (
        {**event, "id": "7"},
        {**event, "time": "yesterday"},
        {**event, "type": "SomethingElse"},
        {**event, "source": "/firststep/somebody"},
        {**event, "data": {**event["data"], first: 7}},
        {**event, "data": without_first},
    ):
        assert errors_of(schema, broken)


@pytest.mark.parametrize("event_type", sorted(TYPES))
def test_an_event_is_one_cloudevents_1_0_object(
    sent: dict[str, list[tuple[str, bytes]]], event_type: str
) -> None:
    """https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md"""
    for service, body in sent[event_type]:
        event = json.loads(body)
        assert event["specversion"] == "1.0"
        assert UUID(event["id"]).version == 7
        assert event["source"] == f"/firststep/{service}"
        assert event["type"] == event_type
        assert RFC_3339.fullmatch(event["time"])
        assert datetime.fromisoformat(event["time"]).tzinfo is not None
        assert event["datacontenttype"] == "application/json"
        assert event["dataschema"] == f"/asyncapi.json#/components/schemas/{event_type}"
        assert isinstance(event["data"], dict)
        for name, value in event.items():
            assert ATTRIBUTE_NAME.fullmatch(name)
            assert name == "data" or (isinstance(value, str) and value)


@pytest.mark.parametrize("event_type", sorted(TYPES))
def test_the_subject_of_an_event_is_whom_it_happened_to(
    sent: dict[str, list[tuple[str, bytes]]], event_type: str
) -> None:
    for _, body in sent[event_type]:
        event = json.loads(body)
        assert event["subject"] == next(iter(event["data"].values()))


@pytest.mark.parametrize("event_type", sorted(TYPES))
def test_an_event_arrives_as_it_left(
    sent: dict[str, list[tuple[str, bytes]]], event_type: str
) -> None:
    for service, body in sent[event_type]:
        assert Envelope.from_json(body, CLASSES[service, event_type]).to_json() == body


def test_no_two_events_share_an_id(sent: dict[str, list[tuple[str, bytes]]]) -> None:
    ids = [json.loads(body)["id"] for each in sent.values() for _, body in each]
    assert len(set(ids)) == len(ids)


def test_versions_of_one_subject_only_grow(sent: dict[str, list[tuple[str, bytes]]]) -> None:
    events = sorted(
        (json.loads(body) for each in sent.values() for _, body in each), key=lambda e: e["id"]
    )
    last: dict[tuple[str, str], int] = {}
    for event in events:
        if "version" in event["data"]:
            subject = (event["source"], event["subject"])
            # what says that something changed shares its version with what says what it was
            shared = event["type"] == "SpecialistChanged"
            assert event["data"]["version"] > last.get(subject, 0) - shared
            last[subject] = event["data"]["version"]
    assert max(last.values()) > 1
