"""The catalogue of public events, for machines."""

from __future__ import annotations

import copy
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from contracts.catalogue import all_events, public_events
from tests.contracts.schemas import errors_of

HERE = Path(__file__).parent
OFFICIAL = HERE / "node_modules/@asyncapi/specs/schemas/3.1.0-without-$id.json"
PUBLIC = {event.type(): event for event in public_events()}


@pytest.fixture(scope="module")
def official() -> dict[str, Any]:
    """AsyncAPI's own schema of such documents, from npm's ``@asyncapi/specs``."""
    if not OFFICIAL.exists():
        reason = "AsyncAPI's schema is missing: run npm ci --prefix tests/contracts"
        if shutil.which("npm") is None:
            reason = "npm is missing: it brings AsyncAPI's schema"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    schema: dict[str, Any] = json.loads(OFFICIAL.read_text())
    return schema


def test_the_document_is_valid_asyncapi_3(
    official: dict[str, Any], asyncapi: dict[str, Any]
) -> None:
    assert asyncapi["asyncapi"] == "3.1.0"
    assert errors_of(official, asyncapi) == []


def test_the_official_schema_would_notice_what_is_wrong(
    official: dict[str, Any], asyncapi: dict[str, Any]
) -> None:
    spoils: list[Callable[[Any], object]] = [
        lambda document: document.pop("info"),
        lambda document: document["operations"]["sendSpecialistFeatured"].update(action="shout"),
        lambda document: document["channels"]["SpecialistFeatured"].update(address=7),
        lambda document: document.update(unknown=True),
    ]
    for spoil in spoils:
        document = copy.deepcopy(asyncapi)
        spoil(document)
        assert errors_of(official, document)


def test_it_describes_each_public_event_and_no_other(asyncapi: dict[str, Any]) -> None:
    assert set(asyncapi["channels"]) == set(PUBLIC)
    assert set(asyncapi["components"]["messages"]) == set(PUBLIC)
    schemas = asyncapi["components"]["schemas"]
    assert {name for name in schemas if "enum" not in schemas[name]} == set(PUBLIC)
    assert set(asyncapi["operations"]) == {f"send{event_type}" for event_type in PUBLIC}


def test_generated_code_gets_a_name_for_each_shape(asyncapi: dict[str, Any]) -> None:
    messages, schemas = asyncapi["components"]["messages"], asyncapi["components"]["schemas"]
    for event_type in PUBLIC:
        assert messages[event_type]["payload"]["title"] == f"{event_type}Envelope"
        assert schemas[event_type]["title"] == event_type
        inline = [
            name for name, each in schemas[event_type]["properties"].items() if "enum" in each
        ]
        assert inline == []


def test_it_says_where_the_broker_is(asyncapi: dict[str, Any]) -> None:
    assert asyncapi["servers"]["broker"]["protocol"] == "amqp"


def test_it_says_nothing_of_internal_events(asyncapi: dict[str, Any]) -> None:
    text = json.dumps(asyncapi)
    internal = {event.type() for event in all_events()} - set(PUBLIC)
    assert [event_type for event_type in internal if event_type in text] == []


@pytest.mark.parametrize("event_type", PUBLIC)
def test_it_says_where_an_event_is_to_be_heard(asyncapi: dict[str, Any], event_type: str) -> None:
    channel = asyncapi["channels"][event_type]
    assert channel["address"] == event_type
    amqp = channel["bindings"]["amqp"]
    assert amqp["is"] == "routingKey"
    assert amqp["exchange"]["name"] == f"{PUBLIC[event_type].producer}.events"
    assert (amqp["exchange"]["type"], amqp["exchange"]["durable"]) == ("topic", True)
    operation = asyncapi["operations"][f"send{event_type}"]
    assert operation["channel"] == {"$ref": f"#/channels/{event_type}"}


def test_each_reference_leads_somewhere(asyncapi: dict[str, Any]) -> None:
    found = list(_references(asyncapi))
    assert found
    for reference in found:
        place: Any = asyncapi
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_what_reads_an_event_may_meet_new_fields(asyncapi: dict[str, Any]) -> None:
    """Fields are only ever added: a reader that validates must let them pass."""
    assert "additionalProperties" not in json.dumps(asyncapi)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
