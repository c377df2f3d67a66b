"""What the peer's three processes say to each other."""

from datetime import datetime
from uuid import UUID

from faststream.rabbit import ExchangeType, RabbitExchange
from pydantic import AwareDatetime, BaseModel

EVENTS = RabbitExchange("peer.booking.events", type=ExchangeType.TOPIC)


class BookConsultation(BaseModel):
    specialist_id: UUID
    starts_at: AwareDatetime


class Book(BookConsultation):
    client_id: UUID


class Get(BaseModel):
    consultation_id: UUID
    caller_id: UUID


class Consultation(BaseModel):
    id: UUID
    specialist_id: UUID
    client_id: UUID
    starts_at: datetime
    ends_at: datetime
    status: str
    booked_at: datetime


class Reply(BaseModel):
    """Either a consultation or why there is none."""

    consultation: Consultation | None = None
    refusal: str | None = None


class ConsultationBooked(BaseModel):
    consultation_id: UUID
    client_id: UUID
    specialist_id: UUID
    starts_at: datetime
    ends_at: datetime
