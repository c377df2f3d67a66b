"""The API's description is a promise: complete, valid, and kept by what is really answered."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate
from pyotp import TOTP

from chassis.errors import DomainError
from chassis.ids import new_id
from chassis.schemas import ENUM, Reading, load
from chassis.sealing import Seal
from chassis.times import utc_now
from contracts.booking.consultations import AlreadyBooked
from contracts.content import ArticleGone
from contracts.profiles.accounts import EmailChangeRequested
from contracts.profiles.sessions import SecondFactorRequired
from gateway.docs.openapi_examples import parameters_of
from gateway.docs.openapi_schemas import with_named_enums
from gateway.http.declaration import Anyone, Raw
from gateway.http.endpoint import declarations_of
from gateway.http.problems import status_of
from gateway.service import Gateway
from services.profiles.accounts.accounts import Account
from tests.gateway.description import Description
from tests.support.begun_consultations import let_begin
from tests.support.eventually import eventually
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_licence,
    a_profile,
    a_published_article,
    an_address,
    an_admin,
    an_availability,
    an_editor,
    confirmed,
    follow,
    sign_up,
    slots_of,
    somebody,
)
from tests.support.full_specialists import a_specialist_with_one_slot
from tests.support.half_hours import a_newcomer
from tests.support.mailbox import mails_to
from tests.support.pictures import a_picture
from tests.support.platform import House
from tests.support.tokens import SEAL_KEYS
from tests.support.zones import zone_at

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
    token: dict[str, list[str]] = {"accessToken": []}
    if not isinstance(declaration.allow, Anyone):
        assert described["security"] == [token]
    else:
        assert described["security"] == ([{}, token] if declaration.allow.recognised else [])
    names = [parameter["name"] for parameter in described["parameters"]]
    assert ("Idempotency-Key" in names) == declaration.takes_key
    in_path = {each["name"] for each in described["parameters"] if each["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", declaration.path))
    assert str(int(declaration.status)) in described["responses"]
    assert "Retry-After" in described["responses"]["503"]["headers"]


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
    expected = {("503", "unavailable"), ("503", "database_away")}
    if declaration.body is not None:
        expected |= {("415", "unsupported_media_type"), ("415", "unsupported_content_encoding")}
        if not isinstance(declaration.body, Raw):
            expected |= {("400", "not_json"), ("422", "invalid")}
        expected |= {("413", "request_entity_too_large"), ("408", "request_timeout")}
    expected |= {("414", "request_uri_too_long")}
    if declaration.query is not None:
        expected |= {("422", "invalid")}
    if declaration.takes_key:
        expected |= {("422", "bad_idempotency_key"), ("422", "idempotency_key_reused")}
    if not isinstance(declaration.allow, Anyone):
        expected |= {("401", "unauthenticated"), ("401", "bad_token")}
    if "{" in declaration.path:
        expected |= {("404", "not_found")}
    for status, code in expected:
        assert f"`{code}`" in responses[status]["description"]


@EACH
def test_the_codes_of_an_operation_are_one_enum(description: Description, declaration: Any) -> None:
    described = operation(description, declaration)
    schemas = description.document["components"]["schemas"]
    name = "".join(map(str.capitalize, described["operationId"].split("_"))) + "Problem"
    said: set[str] = set()
    for status, response in described["responses"].items():
        if int(status) >= 400:
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": f"#/components/schemas/{name}"}
            said |= set(re.findall(r"^- `(\w+)`", response["description"], re.M))
    assert schemas[f"{name}Code"]["enum"] == sorted(said)


@EACH
def test_what_a_problem_says_beside_the_usual_is_described(
    description: Description, declaration: Any
) -> None:
    name = operation(description, declaration)["operationId"].replace("_", " ").title()
    problem = description.document["components"]["schemas"][f"{name.replace(' ', '')}Problem"]
    members = {each for refusal in declaration.errors for each in members_of(refusal)}
    assert set(problem["allOf"][1]["properties"]) == {"code", *members}


def test_no_refusal_says_more_than_it_is_described_with() -> None:
    saying_more = {
        refusal
        for refusal in DomainError.by_code.values()
        if refusal.members is not DomainError.members
    }
    assert saying_more == {each for each in DomainError.by_code.values() if members_of(each)}
    ones = (
        AlreadyBooked.by(new_id()),
        SecondFactorRequired.with_challenge("one"),
        ArticleGone.because("Outdated."),
    )
    for one in ones:
        assert set(one.members()) == set(members_of(type(one)))


def members_of(refusal: type[DomainError]) -> tuple[str, ...]:
    return (*refusal.member_ids, *refusal.member_texts)


def test_a_file_is_described_as_a_form_and_its_bytes_in_words(description: Description) -> None:
    for declaration in DECLARED:
        if isinstance(declaration.body, Raw):
            body = operation(description, declaration)["requestBody"]
            assert set(body["content"]) == {"multipart/form-data"}
            assert all(kind in body["description"] for kind in declaration.body.types)


def test_each_part_of_the_api_is_named_in_words(description: Description) -> None:
    described = {each["name"]: each["description"] for each in description.document["tags"]}
    used = {tag for _, _, operation in description.operations() for tag in operation["tags"]}
    assert set(described) == used
    assert "Second factors" in used
    assert all(words.endswith((".", "…")) for words in described.values())


def test_each_enum_has_a_name_and_one_place(description: Description) -> None:
    schemas = description.document["components"]["schemas"]
    assert schemas["ConsultationStatus"]["enum"] == ["booked", "completed", "cancelled", "missed"]
    consultation = schemas["Consultation"]["properties"]
    assert consultation["status"] == {"$ref": "#/components/schemas/ConsultationStatus"}
    party = {"$ref": "#/components/schemas/Party"}
    assert consultation["cancelled_by"]["anyOf"] == [party, {"type": "null"}]
    inline = [
        f"{shape}.{name}"
        for shape, schema in schemas.items()
        for name, each in schema.get("properties", {}).items()
        for values in (each.get("enum", ()), each.get("items", {}).get("enum", ()))
        if any(isinstance(value, str) for value in values)
    ]
    assert inline == []


def test_each_text_that_is_sent_has_an_example(description: Description) -> None:
    schemas = description.document["components"]["schemas"]
    sent = {
        f"{shape}.{name}": each
        for shape, schema in schemas.items()
        if shape.endswith("Request")
        for name, each in schema["properties"].items()
    }
    sent |= {each["name"]: each["schema"] for each in parameters_of(description.document)}
    without = [
        name
        for name, each in sent.items()
        if "examples" not in each and "string" in str(each.get("type"))
    ]
    assert without == []


@pytest.mark.parametrize(
    "declaration",
    [each for each in DECLARED if each.body is not None and not isinstance(each.body, Raw)],
    ids=lambda each: f"{each.method} {each.path}",
)
def test_the_example_of_a_body_is_taken(description: Description, declaration: Any) -> None:
    name = f"{declaration.body.__name__}Request"
    example = _example(description.document["components"]["schemas"], {"$ref": f"/{name}"})
    assert load(declaration.body, example, Reading.BODY)


def _example(schemas: dict[str, Any], schema: dict[str, Any]) -> Any:
    """As tools that show a document put one together."""
    schema = schema.get("anyOf", [schema])[0]
    if "$ref" in schema:
        return _example(schemas, schemas[schema["$ref"].rsplit("/")[-1]])
    for values in (schema.get("examples"), schema.get("enum")):
        if values:
            return values[0]
    if "null" in schema["type"]:
        return None
    if "properties" in schema:
        return {name: _example(schemas, each) for name, each in schema["properties"].items()}
    if schema.get("type") == "array":
        return [_example(schemas, schema["items"])]
    return {"boolean": True, "integer": 1}[schema["type"]]


def test_two_enums_of_one_name_are_no_description() -> None:
    one, other = ({"type": "string", "enum": values, ENUM: "Side"} for values in (["a"], ["b"]))
    with pytest.raises(ValueError, match="two enums are called Side"):
        with_named_enums({"components": {"schemas": {"x": one, "y": other}}})


def test_all_that_is_always_sent_is_required_in_answers(description: Description) -> None:
    schemas = description.document["components"]["schemas"]
    assert "meeting_link" in schemas["Consultation"]["required"]
    assert "note" not in schemas["BookConsultationRequest"]["required"]


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
    _get_licensed_and_photographed(specialist)
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
    _play_accounts(http)
    wanted = {"specialist_id": specialist.id, "starts_at": slot["starts_at"]}
    booked = client.post("/consultations", wanted).json()
    client.get("/consultations")
    an_admin(http).get("/consultations/at-risk?limit=1")
    client.get(f"/consultations/{booked['id']}")
    specialist.get(f"/consultations/{booked['id']}/slots?time_zone=Europe/Berlin&limit=1")
    client.get(f"/specialists/{specialist.id}/days")
    [notice] = eventually(lambda: client.get("/notifications").json()["items"])
    client.post(f"/notifications/{notice['id']}/read")
    client.get("/notifications/stream")
    client.post("/notifications/read")
    _look_at_calendars(client, specialist, booked["id"])
    _live_through_it(house, client, specialist, booked["id"])

    client.get("/me/export")
    receipt = client.post("/me/erasure", {"password": PASSWORD}).json()
    http.get(f"/api/v1/erasures/{receipt['id']}")

    _reset_password(house, http)
    _wait_for_somebody(http)
    _sign_up_for_a_half_hour(specialist)
    _edit(http)
    http.get("/healthz")
    eventually(lambda: http.get("/readyz").is_success)


def _play_accounts(http: httpx.Client) -> None:
    assert http.get("/api/v1/agreements").is_success
    sign_up(http, email := an_address())
    http.post("/api/v1/email-verifications", json={"email": email})
    somebody_new = confirmed(http, email, password=PASSWORD)
    somebody_new.patch("/me", {"display_name": "Sam"})
    somebody_new.put("/me/preferences", somebody_new.get("/me/preferences").json())
    new = {"email": f"new-{email}", "password": PASSWORD}
    for stopped in (True, False):
        somebody_new.post("/me/email", new)
        asked = mails_to(http, new["email"], EmailChangeRequested)[-1]
        stop = {"token": asked["stop_token"]}
        if stopped:
            somebody_new.call("DELETE", "/me/pending-email")
            http.put("/api/v1/email-change-stops", json=stop)
    email = new["email"]
    assert follow(http, asked["token"]).status_code == 204
    somebody_new = replace(somebody_new, email=email)
    http.get("/.well-known/jwks.json")

    secret = somebody_new.post("/me/totp", {"password": PASSWORD}).json()["secret"]
    added = somebody_new.put("/me/totp", {"code": TOTP(secret).now()})
    assert added.is_success, added.text
    with_code = {"password": PASSWORD, "code": added.json()["codes"][0]}
    credentials = {"email": email, "password": PASSWORD}
    refused = http.post("/api/v1/sessions", json=credentials).json()
    finish = {"challenge": refused["challenge"], "code": added.json()["codes"][1]}
    assert http.post("/api/v1/sessions/second-factor", json=finish).is_success
    assert somebody_new.call("DELETE", "/sessions/others").is_success
    renewed = somebody_new.post("/me/recovery-codes", with_code).json()
    with_code = {"password": PASSWORD, "code": renewed["codes"][0]}
    somebody_new.post("/me/totp/removal", with_code)

    somebody_new = _logged_in(http, somebody_new)
    sessions = somebody_new.get("/sessions").json()["items"]
    [elsewhere] = [each for each in sessions if not each["current"]]
    somebody_new.call("DELETE", f"/sessions/{elsewhere['id']}")
    another = f"{PASSWORD} again"
    changed = somebody_new.put("/me/password", {"current": PASSWORD, "new": another})
    assert changed.is_success, changed.text
    other = _logged_in(http, somebody_new, another)
    assert other.call("DELETE", "/sessions/current").is_success
    assert somebody_new.call("DELETE", "/sessions").is_success
    http.post("/api/v1/password-resets", json={"email": email})


def _logged_in(http: httpx.Client, person: Person, password: str = PASSWORD) -> Person:
    """Anew, and refreshed once."""
    credentials = {"email": person.email, "password": password}
    session = http.post("/api/v1/sessions", json=credentials).json()
    token = {"refresh_token": session["refresh_token"]}
    refreshed = http.post("/api/v1/sessions/refresh", json=token).json()
    return replace(person, token=refreshed["access_token"])


def _reset_password(house: House, http: httpx.Client) -> None:
    account = somebody(http, "client")
    with house.store("profiles").reading() as session:
        found = session.get(Account, UUID(account.id))
    assert found is not None
    token = found.password_reset().token(Seal(SEAL_KEYS, "links"), utc_now())
    body = {"token": token, "password": f"{PASSWORD} again"}
    http.put("/api/v1/password-resets", json=body)


def _get_licensed_and_photographed(specialist: Person) -> None:
    specialist.put("/specialists/me/licence", a_licence())
    pdf = {"Content-Type": "application/pdf"}
    specialist.call("PUT", "/specialists/me/licence/document", content=b"%PDF-1.7", headers=pdf)
    licence = specialist.get("/specialists/me/licence").json()
    admin, about = an_admin(specialist.http), f"/specialists/{specialist.id}"
    admin.get("/licences")
    admin.get(f"{about}/licence")
    admin.get(f"{about}/licence/document")
    decision = {"decision": "verified", "version": licence["version"]}
    admin.put(f"{about}/verification", decision)
    admin.get(f"{about}/history")
    png = {"Content-Type": "image/png"}
    shown = specialist.call("PUT", "/specialists/me/photo", content=a_picture("PNG"), headers=png)
    specialist.http.get(shown.json()["photo"]["small"])
    specialist.call("DELETE", "/specialists/me/photo")
    specialist.http.get("/api/v1/vocabulary")
    specialist.http.get("/api/v1/helplines?country=DE")


def _look_at_calendars(client: Person, specialist: Person, consultation: str) -> None:
    client.get(f"/consultations/{consultation}.ics")
    feed = client.post("/calendar-feed", {"discreet": True}).json()["address"]
    client.http.get(httpx.URL(feed).path)
    client.call("DELETE", "/calendar-feed")
    external = "/specialists/me/external-calendars"
    given = {"address": "https://localhost/me.ics", "label": "Practice"}
    one = f"{external}/{specialist.post(external, given).json()['id']}"
    specialist.put(one, {"label": "Home"})
    specialist.post(f"{one}/reading")
    specialist.get(one)
    specialist.get(external)
    specialist.call("DELETE", one)
    specialist.get("/specialists/me/figures")
    an_admin(client.http).get("/figures")


def _live_through_it(house: House, client: Person, specialist: Person, id: str) -> None:
    """A consultation is moved and takes place; another is cancelled."""
    later = {"starts_at": slots_of(specialist)[-1]["starts_at"]}
    specialist.post(f"/consultations/{id}/rescheduling", later)
    let_begin(house.store("booking"), UUID(id))
    specialist.post(f"/consultations/{id}/attendance", {"attendance": "held"})
    client.post(f"/consultations/{id}/outcome", {"outcome": "continue"})
    client.get(f"/consultations/{id}/outcome")

    other = a_client(client.http)
    wanted = {"specialist_id": specialist.id, **later, "note": "I would rather not say my name."}
    booked = other.post("/consultations", wanted).json()
    other.put(f"/consultations/{booked['id']}/note", {"note": "I would say it then."})
    other.call("DELETE", f"/consultations/{booked['id']}/note")
    other.post(f"/consultations/{booked['id']}/cancellation", {"reason": "something_came_up"})


def _wait_for_somebody(http: httpx.Client) -> None:
    specialist, starts_at = a_specialist_with_one_slot(http)
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at}
    assert a_client(http).post("/consultations", wanted).status_code == 201
    client = a_client(http)
    client.post("/waitlist", {"specialist_id": specialist.id, "time_zone": zone_at(12)})
    client.get("/waitlist")
    client.get("/held-slots")
    client.call("DELETE", f"/waitlist?specialist_id={specialist.id}")


def _sign_up_for_a_half_hour(specialist: Person) -> None:
    newcomer = a_newcomer(specialist)
    client = newcomer.confirmed(sign_up=newcomer.secret)
    assert client.post("/held-slots", {"sign_up": newcomer.secret}).is_success
    wanted = {"starts_at": newcomer.starts_at, "time_zone": "Europe/Berlin"}
    path = f"/api/v1/specialists/{specialist.id}/slots/nearest"
    assert specialist.http.get(path, params=wanted).is_success


def _edit(http: httpx.Client) -> None:
    editor = an_editor(http)
    slug = a_published_article(editor)
    http.get("/api/v1/articles?limit=1")
    http.get(f"/api/v1/articles/{slug}")
    editor.get("/manuscripts?limit=1")
    editor.get(f"/manuscripts/{slug}")
    editor.post("/manuscripts/rendering", {"body": "It is *free*."})
    editor.patch(f"/articles/{slug}", {"title": "Another first step"})
    editor.call("DELETE", f"/articles/{slug}/publication?reason=Replaced")


@pytest.mark.parametrize("word", ["price", "fee", "amount", "currency", "payment"])
def test_nothing_in_the_api_has_a_price(description: Description, word: str) -> None:
    names = {
        f"{shape}.{name}"
        for shape, schema in description.document["components"]["schemas"].items()
        for name in schema.get("properties", ())
        if word in re.split(r"s?(?:_|$)", name)
    }
    assert names <= OF_LATER_SESSIONS


OF_LATER_SESSIONS = {
    *(f"{shape}.fees" for shape in ("WriteProfileRequest", "ChangeProfileRequest", "Specialist")),
    *(f"{shape}.{name}" for shape in ("Fee", "FeeRequest") for name in ("amount", "currency")),
    "Facets.fees",  # how many specialists say what later sessions cost
    "BookingData.calendar_feed",  # no fee
}
"""What a specialist says of sessions after the first one: the one place where money is named."""


def test_fees_stand_in_a_specialists_profile_alone(description: Description) -> None:
    schemas = description.document["components"]["schemas"]
    bearing = {shape for shape, schema in schemas.items() if "/Fee" in json.dumps(schema)}
    assert bearing == {"WriteProfileRequest", "ChangeProfileRequest", "Specialist"}


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
