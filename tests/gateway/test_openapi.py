"""The API's description is a promise: complete, valid, and kept by what is really answered."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from chassis.context import CallContext, Caller, entered
from chassis.errors import DomainError
from chassis.ids import new_id
from contracts.content import Reference, WriteArticle
from contracts.profiles.accounts import Role
from gateway.endpoint import Anyone, declarations_of
from gateway.problems import status_of
from gateway.service import Gateway
from tests.gateway.description import Description
from tests.house import House
from tests.people import (
    PASSWORD,
    a_client,
    a_profile,
    an_availability,
    slots_of,
    somebody,
)
from tests.waiting import eventually

DECLARED = [declaration for declaration, _ in declarations_of(Gateway)]
EACH = pytest.mark.parametrize(
    "declaration", DECLARED, ids=[f"{each.method} {each.path}" for each in DECLARED]
)


def operation(description: Description, declaration: Any) -> dict[str, Any]:
    found: dict[str, Any] = description.document["paths"][declaration.path][
        declaration.method.lower()
    ]
    return found


def test_the_document_is_valid_openapi_3_1(description: Description) -> None:
    assert description.document["openapi"].startswith("3.1.")
    validate(description.document, cls=OpenAPIV31SpecValidator)


def test_the_document_describes_each_endpoint_and_no_other(description: Description) -> None:
    described = {(method, path) for method, path, _ in description.operations()}
    assert described == {(each.method, each.path) for each in DECLARED}


def test_no_two_operations_share_their_id(description: Description) -> None:
    ids = [operation["operationId"] for _, _, operation in description.operations()]
    assert len(set(ids)) == len(ids)


@EACH
def test_each_endpoint_says_what_it_does_takes_and_answers(
    description: Description, declaration: Any
) -> None:
    described = operation(description, declaration)
    assert described["summary"].endswith(".")
    assert ("requestBody" in described) == (declaration.body is not None)
    assert ("security" in described) == (not isinstance(declaration.allow, Anyone))
    names = [parameter["name"] for parameter in described["parameters"]]
    assert ("Idempotency-Key" in names) == declaration.creates
    in_path = {each["name"] for each in described["parameters"] if each["in"] == "path"}
    assert in_path == {part[1:-1] for part in declaration.path.split("/") if part.startswith("{")}
    assert str(int(declaration.status)) in described["responses"]


@EACH
def test_each_refusal_is_described_under_its_status(
    description: Description, declaration: Any
) -> None:
    responses = operation(description, declaration)["responses"]
    for refusal in declaration.errors:
        assert issubclass(refusal, DomainError)
        response = responses[str(int(status_of(refusal)))]
        assert f"`{refusal.code}`: {refusal.sentence()}" in response["description"]
        assert set(response["content"]) == {"application/problem+json"}


@EACH
def test_what_follows_from_the_declaration_is_described_too(
    description: Description, declaration: Any
) -> None:
    responses = operation(description, declaration)["responses"]
    expected = {("401", "bad_token"), ("503", "unavailable"), ("503", "database_away")}
    if declaration.body is not None:
        expected |= {("400", "not_json"), ("422", "invalid")}
        expected |= {("413", "request_entity_too_large"), ("408", "request_timeout")}
    if declaration.query is not None:
        expected |= {("422", "invalid")}
    if declaration.creates:
        expected |= {("422", "bad_idempotency_key"), ("422", "idempotency_key_reused")}
    if not isinstance(declaration.allow, Anyone):
        expected |= {("401", "unauthenticated")}
    if "{" in declaration.path:
        expected |= {("404", "not_found")}
    for status, code in expected:
        assert f"`{code}`" in responses[status]["description"]


def test_what_each_endpoint_really_answers_is_as_described(shared_house: House) -> None:
    """Every answer is held against the description as it comes: see ``conftest``."""
    seen: set[tuple[str, str]] = set()
    description = Description(shared_house.http.get("/openapi.json").json())

    def note(response: httpx.Response) -> None:
        found = description.operation_of(response.request.method, response.request.url.path)
        if found is not None and response.is_success:
            seen.add((response.request.method, found[0]))

    with httpx.Client(
        base_url=shared_house.http.base_url,
        event_hooks={"response": [description.hold_against, note]},
    ) as http:
        _play_the_main_job(shared_house, http)
    assert {(each.method, each.path) for each in DECLARED} - seen == set()


def _play_the_main_job(house: House, http: httpx.Client) -> None:
    specialist = somebody(http, "specialist")
    specialist.post("/specialists", a_profile())
    specialist.patch("/specialists/me", {"status": "listed"})
    specialist.put("/specialists/me/availability", an_availability())
    specialist.get("/specialists/me/availability")
    eventually(lambda: specialist.get("/specialists/me").json()["featured"])
    slot = eventually(lambda: slots_of(specialist))[0]
    http.get("/api/v1/featured?limit=1")
    http.get("/api/v1/events/featured?limit=1")
    specialist.get("/specialists/me/featuring")
    http.get("/api/v1/specialists")
    http.get(f"/api/v1/specialists/{specialist.id}")

    client = a_client(http)
    http.post("/api/v1/sessions", json={"email": client.email, "password": PASSWORD})
    client.get("/me")
    wanted = {"specialist_id": specialist.id, "starts_at": slot["starts_at"]}
    booked = client.post("/consultations", wanted).json()
    client.get("/consultations")
    client.get(f"/consultations/{booked['id']}")
    eventually(lambda: client.get("/notifications").json()["items"])

    _publish(house)
    http.get("/api/v1/articles")
    http.get("/api/v1/articles/a-first-step")
    http.get("/healthz")
    eventually(lambda: http.get("/readyz").is_success)


def _publish(house: House) -> None:
    article = WriteArticle(
        slug="a-first-step",
        title="A first step",
        summary="What a first conversation is like.",
        body="It is *free*.",
        topics=["first-steps"],
        references=[Reference(title="A study", year=2020, url="https://example.org/study")],
    )
    with entered(CallContext(caller=Caller(new_id(), frozenset([Role.EDITOR])))):
        house.remote("content").publish_article(article=article)


@pytest.mark.parametrize("word", ["price", "fee", "amount", "currency", "payment"])
def test_nothing_in_the_api_has_a_price(description: Description, word: str) -> None:
    names = {
        name
        for schema in description.document["components"]["schemas"].values()
        for name in schema["properties"]
    }
    assert not [name for name in names if word in name]


def test_what_the_description_forgot_would_be_noticed(
    http: httpx.Client, description: Description
) -> None:
    """The check that all tests of the gateway lean on can fail."""
    document = description.document
    operation = document["paths"]["/api/v1/featured"]["get"]
    answer = http.get("/api/v1/featured")
    broken_promises: list[dict[str, Any]] = [
        {"responses": {}},
        {"responses": {"200": {"content": {"text/plain": {"schema": {}}}}}},
        {"responses": {"200": {"content": {"application/json": {"schema": {"type": "array"}}}}}},
    ]
    for broken in broken_promises:
        paths = {"/api/v1/featured": {"get": {**operation, **broken}}}
        with pytest.raises(AssertionError):
            Description({**document, "paths": paths}).hold_against(answer)
