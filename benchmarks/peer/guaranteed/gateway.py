"""The front door: the bare peer's, with an idempotency key for each booking."""

from typing import Annotated
from uuid import UUID, uuid4

from fastapi import FastAPI, Header

from benchmarks.peer import gateway
from benchmarks.peer.gateway import Claims
from benchmarks.peer.guaranteed.messages import KeyedBook
from benchmarks.peer.messages import BookConsultation, Consultation

app = FastAPI(lifespan=gateway.lifespan)
app.get("/api/v1/consultations/{consultation_id}")(gateway.get_consultation)


@app.post("/api/v1/consultations", status_code=201)
async def book(
    body: BookConsultation,
    claims: Claims,
    idempotency_key: Annotated[UUID | None, Header()] = None,
) -> Consultation:
    client, key = gateway.client_of(claims), idempotency_key or uuid4()
    question = KeyedBook(client_id=client, key=key, **body.model_dump())
    return await gateway.ask("peer.booking.book", question)
