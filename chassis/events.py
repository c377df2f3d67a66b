"""Events and their envelope: CloudEvents 1.0 in JSON.

An event has the same form everywhere (https://cloudevents.io, "JSON Event Format"): in AMQP,
webhooks, feeds and live streams. Its exchange is ``<producer>.events``, its routing key the type.
"""

from __future__ import annotations

import builtins
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from uuid import UUID

from annotated_doc import Doc
from kombu import Exchange

from chassis import json
from chassis.errors import Invalid
from chassis.ids import new_id
from chassis.schemas import Reading, load

Version = Annotated[int, Doc("Grows with every change of the subject; drop the older.")]
"""A field of every event that carries state, since events may arrive in any order."""


class Audience(StrEnum):
    PUBLIC = "public"
    """May leave the platform: webhooks, other teams' queues, the public feed."""
    INTERNAL = "internal"
    """For the platform's own services only."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened, in the past tense; its first field is the id of its subject.

    Subclasses name their producer and audience::

        @dataclass(frozen=True, kw_only=True)
        class SpecialistFeatured(Event, producer="profiles", audience=Audience.PUBLIC): ...
    """

    producer: ClassVar[str]
    audience: ClassVar[Audience]

    def __init_subclass__(cls, *, producer: str, audience: Audience = Audience.INTERNAL) -> None:
        cls.producer = producer
        cls.audience = audience

    @classmethod
    def type(cls) -> str:
        return cls.__name__

    def subject(self) -> str:
        return str(getattr(self, fields(self)[0].name))


E = TypeVar("E", bound=Event)


@dataclass(frozen=True, kw_only=True)
class Envelope(Generic[E]):
    """An event with its CloudEvents attributes.

    ``id`` is generated once, in the transaction that emits the event, and never changes: consumers
    recognise a repetition by it. ``correlationid`` (an extension attribute) is that of the request
    that caused the event.
    """

    id: UUID
    type: str
    time: datetime
    subject: str
    data: E
    correlationid: str

    @classmethod
    def around(cls, event: E, now: datetime, correlation_id: str) -> Envelope[E]:
        return cls(
            id=new_id(),
            type=event.type(),
            time=now,
            subject=event.subject(),
            data=event,
            correlationid=correlation_id,
        )

    def to_json(self) -> bytes:
        return json.dumps(
            {
                "specversion": "1.0",
                "id": self.id,
                "source": f"/firststep/{self.data.producer}",
                "type": self.type,
                "time": self.time,
                "subject": self.subject,
                "datacontenttype": json.JSON,
                "dataschema": dataschema(type(self.data)),
                "correlationid": self.correlationid,
                "data": self.data,
            }
        )

    @staticmethod
    def from_json(body: bytes, event_type: builtins.type[E]) -> Envelope[E]:
        """Raises ``Malformed``, with the reason, where ``body`` is not an event of this type."""
        try:
            wire = json.loads(body)
        except ValueError as error:
            raise Malformed(f"not JSON: {error}") from None
        if not isinstance(wire, dict) or wire.get("specversion") != "1.0":
            raise Malformed("not a CloudEvents 1.0 object: specversion is not '1.0'")
        if wire.get("type") != event_type.type():
            raise Malformed(f"type is {wire.get('type')!r}, expected {event_type.type()!r}")
        try:
            attributes = load(Attributes, wire, Reading.WIRE)
            data = load(event_type, wire.get("data"), Reading.WIRE)
        except Invalid as error:
            wrong = "; ".join(f"{each.field or 'data'}: {each.detail}" for each in error.errors)
            raise Malformed(wrong) from None
        return Envelope(
            id=attributes.id,
            type=event_type.type(),
            time=attributes.time,
            subject=attributes.subject,
            data=data,
            correlationid=attributes.correlationid,
        )


class Malformed(Exception):
    """These bytes are not an event of the expected type."""


@dataclass(frozen=True, kw_only=True)
class Attributes:
    """The CloudEvents attributes that a consumer needs."""

    id: UUID
    time: datetime
    subject: str = ""
    correlationid: str = ""


def dataschema(event_type: type[Event]) -> str:
    """The URL of the schema of an event's data, in the AsyncAPI document."""
    return f"/asyncapi.json#/components/schemas/{event_type.type()}"


def exchange_of(producer: str) -> Exchange:
    """The topic exchange of a producer's events, declared as plain nameko does."""
    return Exchange(f"{producer}.events", type="topic", durable=True, delivery_mode="persistent")


def as_mapping(body: bytes) -> dict[str, Any]:
    """An event's JSON as a mapping, for printing and forwarding."""
    mapping: dict[str, Any] = json.loads(body)
    return mapping
