"""The AsyncAPI 3.1 description of the public events, derived from the contracts."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from chassis.events import Event, exchange_of
from chassis.json import JSON
from chassis.schemas import Reading, schema_of
from gateway.docs.openapi_schemas import CONTACT, with_named_enums

SERVER = {
    "host": "{host}",
    "protocol": "amqp",
    "protocolVersion": "0.9.1",
    "description": "RabbitMQ, as the operator of a platform runs it.",
    "variables": {"host": {"default": "127.0.0.1:5672", "description": "Host and port."}},
}
ATTRIBUTES = ("specversion", "id", "source", "type", "time", "data")


def describe(events: Iterable[type[Event]]) -> dict[str, Any]:
    """The document: a channel for each event, on its producer's exchange."""
    events = list(events)
    document = {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Firststep's public events",
            "version": version("firststep"),
            "description": (
                "Each message is one CloudEvents 1.0 JSON object. At least once, in no "
                "promised order: drop repetitions by id, and stale states by version."
            ),
            "contact": CONTACT,
            "license": {"name": "Apache-2.0"},
            "tags": [
                {"name": each, "description": f"Events of {each}."}
                for each in sorted({event.producer for event in events})
            ],
        },
        "servers": {"broker": SERVER},
        "defaultContentType": JSON,
        "channels": {event.type(): _channel(event) for event in events},
        "operations": {f"send{event.type()}": _operation(event) for event in events},
        "components": {
            "messages": {event.type(): _message(event) for event in events},
            "schemas": _schemas(events),
        },
    }
    return with_named_enums(document)


def _channel(event: type[Event]) -> dict[str, Any]:
    exchange = exchange_of(event.producer)
    return {
        "address": event.type(),
        "description": _first_sentence(event),
        "messages": {event.type(): {"$ref": f"#/components/messages/{event.type()}"}},
        "bindings": {
            "amqp": {
                "is": "routingKey",
                "exchange": {
                    "name": exchange.name,
                    "type": exchange.type,
                    "durable": exchange.durable,
                },
                "bindingVersion": "0.3.0",
            }
        },
    }


def _operation(event: type[Event]) -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{event.type()}"},
        "summary": _first_sentence(event),
        "description": f"Sent by {event.producer} in the transaction that makes it true.",
        "tags": [{"name": event.producer}],
    }


def _message(event: type[Event]) -> dict[str, Any]:
    return {
        "name": event.type(),
        "summary": _first_sentence(event),
        "contentType": JSON,
        "payload": {
            "title": f"{event.type()}Envelope",
            "type": "object",
            "required": list(ATTRIBUTES),
            "properties": {
                "specversion": {"type": "string", "const": "1.0"},
                "id": {"type": "string", "format": "uuid"},
                "source": {"type": "string", "const": f"/firststep/{event.producer}"},
                "type": {"type": "string", "const": event.type()},
                "time": {"type": "string", "format": "date-time"},
                "subject": {"type": "string"},
                "datacontenttype": {"type": "string", "const": JSON},
                "dataschema": {"type": "string", "format": "uri-reference"},
                "correlationid": {"type": "string"},
                "data": {"$ref": f"#/components/schemas/{event.type()}"},
            },
        },
    }


def _schemas(events: Iterable[type[Event]]) -> dict[str, Any]:
    spec = APISpec(
        title="",
        version="",
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=lambda schema: None)],
    )
    for event in events:
        spec.components.schema(event.type(), schema=schema_of(event, Reading.WIRE))
    schemas: dict[str, Any] = spec.to_dict()["components"]["schemas"]
    return {name: {"title": name, **schema} for name, schema in schemas.items()}


def _first_sentence(event: type[Event]) -> str:
    return " ".join((event.__doc__ or "").split())
