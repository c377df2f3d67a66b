"""What is sent wrong is refused with every field that is wrong, and never breaks anything."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gateway.description import errors_by_field, expect_problem
from tests.support.factories import (
    Person,
    a_sign_up,
    a_specialist,
    an_availability,
    slots_of,
    somebody,
)

MEBIBYTE = 1024 * 1024
JSON = {"Content-Type": "application/json"}
NOWHERE = "018f0000-0000-7000-8000-000000000000"


# Bodies that are no JSON, and JSON that is no object


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{nope",
        b"email=a@example.org",
        b'{"email": NaN}',
        b'{"email": "\xff\xfe"}',
        b'{"email": "\\ud800"}',
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"email": ' + b"9" * 5_000 + b"}",
    ],
    ids=[
        "empty",
        "cut off",
        "a form",
        "NaN",
        "invalid UTF-8",
        "half a surrogate pair",
        "a byte order mark",
        "nested without end",
        "a number beyond all numbers",
    ],
)
def test_a_body_that_is_not_json_is_said_to_be_none(http: httpx.Client, body: bytes) -> None:
    response = http.post("/api/v1/accounts", content=body, headers=JSON)
    problem = expect_problem(response, 400, "not_json")
    assert "not JSON" in problem["detail"]


@pytest.mark.parametrize(
    "body", [b"[]", b"null", b'"text"', b"7", b"true", b"[" * 900 + b"]" * 900]
)
def test_json_that_is_not_an_object_is_refused(http: httpx.Client, body: bytes) -> None:
    response = http.post("/api/v1/accounts", content=body, headers=JSON)
    [error] = expect_problem(response, 422, "invalid")["errors"]
    assert error["field"] == ""


def test_an_object_nested_a_thousand_deep_is_one_wrong_field(http: httpx.Client) -> None:
    more = '{"a":' * 900 + "1" + "}" * 900
    body = f'{json.dumps(a_sign_up())[:-1]}, "more": {more}}}'
    response = http.post("/api/v1/accounts", content=body, headers=JSON)
    assert set(errors_by_field(expect_problem(response, 422, "invalid"))) == {"more"}


# Size


@pytest.mark.parametrize("sent", ["announced", "in chunks"])
def test_a_body_over_a_mebibyte_is_refused(http: httpx.Client, sent: str) -> None:
    body = b'"' + b"x" * MEBIBYTE + b'"'
    content = body if sent == "announced" else _in_chunks(body)
    response = http.post("/api/v1/accounts", content=content, headers=JSON)
    problem = expect_problem(response, 413, "request_entity_too_large")
    assert str(MEBIBYTE) in problem["detail"]


def test_a_body_of_a_mebibyte_is_read(http: httpx.Client) -> None:
    body = json.dumps({"unknown": ""})
    body = json.dumps({"unknown": "x" * (MEBIBYTE - len(body))})
    response = http.post("/api/v1/accounts", content=body, headers=JSON)
    errors = errors_by_field(expect_problem(response, 422, "invalid"))
    assert len(errors["unknown"]["value"]) < 100


@pytest.mark.parametrize(
    "broken",
    [
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "Content-Length: many\r\n\r\n{}",
        "Content-Length: -5\r\n\r\n{}",
    ],
    ids=["in broken chunks", "of no length", "of less than nothing"],
)
def test_a_body_that_can_not_be_read_is_a_bad_request(http: httpx.Client, broken: str) -> None:
    address = (http.base_url.host, http.base_url.port or 80)
    request = f"POST /api/v1/accounts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{broken}"
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(request.encode())
        status_line = connection.makefile("rb").readline().decode()
    assert status_line.split()[1] == "400"


def _in_chunks(body: bytes) -> Iterator[bytes]:
    for start in range(0, len(body), 64 * 1024):
        yield body[start : start + 64 * 1024]


# Fields: what is wrong, the value that was sent, and the limit

WRONG_SIGN_UPS: list[tuple[str, Any, str | None, str]] = [
    ("email", 7, "7", "string"),
    ("email", None, None, "null"),
    ("email", "nobody", "nobody", "email"),
    ("email", f"{'x' * 250}@example.org", "x" * 60, "254"),
    ("email", "a\x00@example.org", "a\x00@example.org", "NUL"),
    ("password", ["x" * 12], None, "string"),
    ("password", "x" * 11, "x" * 11, "between 12 and 200"),
    ("password", "x" * 201, "x" * 60, "between 12 and 200"),
    ("display_name", "", "", "between 1 and 100"),
    ("display_name", "  ", "  ", "blank"),
    ("display_name", "x" * 101, "x" * 60, "between 1 and 100"),
    ("display_name", {"first": "Sam"}, None, "string"),
    ("role", "admin", "admin", "client, specialist"),
    ("role", True, "True", "string"),
    ("roles", ["admin"], None, "Unknown"),
]


@pytest.mark.parametrize(
    ("field", "value", "shown", "limit"),
    WRONG_SIGN_UPS,
    ids=[f"{field}={str(value)[:12]!r}" for field, value, _, _ in WRONG_SIGN_UPS],
)
def test_a_wrong_field_is_named_with_its_value_and_the_limit(
    http: httpx.Client, field: str, value: Any, shown: str | None, limit: str
) -> None:
    response = http.post("/api/v1/accounts", json=a_sign_up(**{field: value}))
    errors = errors_by_field(expect_problem(response, 422, "invalid"))
    assert set(errors) == {field}
    assert limit in errors[field]["detail"]
    # what was sent may be left out where it is a secret
    assert errors[field]["value"] == shown or field == "password"


def test_all_that_is_wrong_is_said_at_once(http: httpx.Client) -> None:
    response = http.post(
        "/api/v1/accounts", json={"email": "x", "password": "short", "admin": True}
    )
    errors = errors_by_field(expect_problem(response, 422, "invalid"))
    assert set(errors) == {"email", "password", "display_name", "role", "agreed_to", "admin"}
    assert "Missing" in errors["role"]["detail"]


def test_a_wrong_field_inside_a_list_is_named_by_its_place(specialist: Person) -> None:
    hours = [
        {"weekday": "monday", "starts": "09:00", "ends": "10:00"},
        {"weekday": "someday", "starts": "9", "ends": "25:00", "price": 0},
    ]
    response = specialist.put("/specialists/me/availability", an_availability(hours=hours))
    errors = errors_by_field(expect_problem(response, 422, "invalid"))
    assert set(errors) == {"hours.1.weekday", "hours.1.starts", "hours.1.ends", "hours.1.price"}
    assert errors["hours.1.ends"]["value"] == "25:00"
    assert "monday" in errors["hours.1.weekday"]["detail"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("offers_free_consultations", "true"),
        ("offers_free_consultations", 1),
        ("time_zone", ""),
        ("time_zone", "x" * 65),
        ("hours", None),
        ("hours", {}),
        ("hours", [{"weekday": "monday", "starts": "09:00", "ends": "10:00"}] * 51),
        ("minimum_notice_hours", -1),
        ("minimum_notice_hours", 337),
        ("minimum_notice_hours", 2**63),
        ("minimum_notice_hours", 10**30),
        ("minimum_notice_hours", "12"),
        ("horizon_days", True),
        ("horizon_days", 1.0),
        ("horizon_days", 181),
    ],
)
def test_hours_have_exact_types_and_limits(specialist: Person, field: str, value: Any) -> None:
    response = specialist.put("/specialists/me/availability", an_availability(**{field: value}))
    assert set(errors_by_field(expect_problem(response, 422, "invalid"))) == {field}


@pytest.mark.parametrize("starts", ["09:00\n", "0٩:00", "09:00Z", "9:00", "24:30", "", " 09:00"])
def test_a_time_of_day_is_two_digits_a_colon_and_two_digits(
    specialist: Person, starts: str
) -> None:
    hours = [{"weekday": "monday", "starts": starts, "ends": "20:00"}]
    response = specialist.put("/specialists/me/availability", an_availability(hours=hours))
    problem = expect_problem(response, 422, "invalid")
    assert set(errors_by_field(problem)) == {"hours.0.starts"}


@pytest.mark.parametrize(
    "zone", ["Mars/Olympus", "../../etc/passwd", "Factory", "localtime", "right/UTC", "/etc"]
)
def test_a_time_zone_is_one_of_ianas(specialist: Person, zone: str) -> None:
    response = specialist.put("/specialists/me/availability", an_availability(time_zone=zone))
    errors = errors_by_field(expect_problem(response, 422, "bad_hours"))
    assert errors["time_zone"]["value"] == zone


@pytest.mark.parametrize("key", ["languages", "topics"])
@pytest.mark.parametrize("word", ["en\n", "", "EN", "é", "a b"])
def test_languages_and_topics_are_plain_keys(specialist: Person, key: str, word: str) -> None:
    response = specialist.patch("/specialists/me", {key: [word]})
    assert set(errors_by_field(expect_problem(response, 422, "invalid"))) == {f"{key}.0"}


# Times and ids


@pytest.mark.parametrize(
    "starts_at",
    [
        "2030-01-01T09:00:00",
        "2030-01-01",
        "2030-02-30T09:00:00Z",
        "2030-01-01T25:00:00Z",
        "2030-01-01T09:00:00+24:00",
        "99999-01-01T09:00:00Z",
        "tomorrow",
        "",
        "\x00",
        1_900_000_000,
        10**40,
        True,
        None,
        [],
        {},
    ],
)
def test_a_time_is_rfc_3339_with_its_offset(client: Person, starts_at: Any) -> None:
    wanted = {"specialist_id": NOWHERE, "starts_at": starts_at}
    problem = expect_problem(client.post("/consultations", wanted), 422, "invalid")
    assert set(errors_by_field(problem)) == {"starts_at"}


@pytest.mark.parametrize(
    "starts_at",
    [
        "0001-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_no_time_is_so_absurd_that_booking_breaks(
    client: Person, specialist: Person, starts_at: str
) -> None:
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at}
    response = client.post("/consultations", wanted)
    assert response.status_code in (409, 422), response.text


@pytest.mark.parametrize("id", ["x", "", 7, None, [], "\x00", NOWHERE[:-1], f"{NOWHERE}0"])
def test_an_id_is_a_uuid(client: Person, id: Any) -> None:
    wanted = {"specialist_id": id, "starts_at": "2030-01-01T09:00:00Z"}
    problem = expect_problem(client.post("/consultations", wanted), 422, "invalid")
    assert set(errors_by_field(problem)) == {"specialist_id"}


@pytest.mark.parametrize("id", ["x", "me too", "%00", "%ff", "..", NOWHERE[:-1], f"{NOWHERE}0"])
def test_a_path_with_a_malformed_id_leads_nowhere(client: Person, id: str) -> None:
    for path in (f"/specialists/{id}", f"/specialists/{id}/slots", f"/consultations/{id}"):
        assert client.get(path).status_code == 404


# Queries


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("limit=0", "limit", "invalid"),
        ("limit=101", "limit", "invalid"),
        ("limit=-1", "limit", "invalid"),
        ("limit=ten", "limit", "invalid"),
        ("limit=1.5", "limit", "invalid"),
        ("limit=", "limit", "invalid"),
        ("limit=%ff", "limit", "invalid"),
        ("limit=" + "9" * 5_000, "limit", "invalid"),
        ("cursor=%00", "cursor", "invalid"),
        ("cursor=" + "A" * 5001, "cursor", "invalid"),
        ("cursor=", "cursor", "bad_cursor"),
        ("cursor=x", "cursor", "bad_cursor"),
        ("cursor=!!!!", "cursor", "bad_cursor"),
        ("cursor=%ff", "cursor", "bad_cursor"),
        ("cursor=%C3%A9", "cursor", "bad_cursor"),
        ("cursor=" + "A" * 64, "cursor", "bad_cursor"),
        ("offset=10", "offset", "invalid"),
        ("=1", "", "invalid"),
    ],
)
@pytest.mark.parametrize("path", ["featured", "specialists", "articles"])
def test_a_wrong_parameter_of_a_list_is_named(
    http: httpx.Client, path: str, query: str, field: str, code: str
) -> None:
    problem = expect_problem(http.get(f"/api/v1/{path}?{query}"), 422, code)
    assert set(errors_by_field(problem)) == {field}


@pytest.mark.parametrize("path", ["consultations", "notifications"])
def test_ones_own_lists_are_as_strict(client: Person, path: str) -> None:
    expect_problem(client.get(f"/{path}?limit=101"), 422, "invalid")
    expect_problem(client.get(f"/{path}?cursor=x"), 422, "bad_cursor")


def test_a_request_line_over_8_kib_is_refused(http: httpx.Client) -> None:
    assert http.get(f"/api/v1/specialists?words={'x' * 8192}").status_code == 414


def test_a_parameter_given_twice_is_refused_rather_than_guessed_at(http: httpx.Client) -> None:
    problem = expect_problem(http.get("/api/v1/featured?limit=1&limit=2"), 422, "invalid")
    assert errors_by_field(problem)["limit"]["value"] == "1, 2"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("from=2030-01-01T09:00:00", "invalid"),
        ("from=2030-01-01", "invalid"),
        ("from=yesterday", "invalid"),
        ("from=%00", "invalid"),
        ("to=", "invalid"),
        ("from=2030-01-01T09:00:00%2B99:00", "invalid"),
        ("from=2030-01-02T00:00:00Z&to=2030-01-01T00:00:00Z", "bad_period"),
        ("from=2030-01-01T00:00:00Z&to=2030-01-01T00:00:00Z", "bad_period"),
        ("from=2030-01-01T00:00:00Z&to=2030-03-05T00:00:00Z", "bad_period"),
    ],
)
def test_slots_are_listed_for_sensible_periods_alone(
    http: httpx.Client, specialist: Person, query: str, code: str
) -> None:
    expect_problem(http.get(f"/api/v1/specialists/{specialist.id}/slots?{query}"), 422, code)


@pytest.mark.parametrize(
    ("given", "detail"),
    [
        ("2030-01-01", "Needs an offset, such as 2026-12-01T09:00:00Z."),
        ("2030-01-01T09:00:00", "Needs an offset, such as 2026-12-01T09:00:00Z."),
        (
            "2030-01-01T09:00:00+01:00",
            "Has a blank before its offset: in a query, write + as %2B.",
        ),
        ("tomorrow", "Not a time, such as 2026-12-01T09:00:00Z."),
    ],
)
def test_a_time_that_is_none_is_refused_with_what_to_do(
    http: httpx.Client, specialist: Person, given: str, detail: str
) -> None:
    for path in ("slots", "days"):
        response = http.get(f"/api/v1/specialists/{specialist.id}/{path}?from={given}")
        problem = expect_problem(response, 422, "invalid")
        assert errors_by_field(problem)["from"]["detail"] == detail


@pytest.mark.parametrize(
    "query",
    [
        "from=0001-01-01T00:00:00Z",
        "from=0001-01-01T00:00:00%2B14:00&to=0001-01-02T00:00:00Z",
        "from=9999-12-31T23:59:59Z",
        "from=9999-12-30T00:00:00Z&to=9999-12-31T23:59:59-14:00",
        "to=0001-01-01T00:00:00%2B14:00",
        "to=9999-12-31T23:59:59-14:00",
    ],
)
def test_no_period_is_so_absurd_that_slots_break(
    http: httpx.Client, specialist: Person, query: str
) -> None:
    response = http.get(f"/api/v1/specialists/{specialist.id}/slots?{query}")
    assert response.status_code in (200, 422), response.text


def test_slots_are_those_of_the_period_that_was_asked_for(
    http: httpx.Client, specialist: Person
) -> None:
    [*_, last] = slots_of(specialist)
    period = f"from={quote(last['starts_at'])}&to={quote(last['ends_at'])}"
    response = http.get(f"/api/v1/specialists/{specialist.id}/slots?{period}")
    assert response.json()["items"] == [last]


# Paths and methods


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nothing",
        "/api/v2/featured",
        "/api/v1/featured/",
        "//api/v1/featured",
        "/api/v1/articles/a%2Fb",
        "/docs/",
        "/docs/../pyproject.toml",
        "/docs/..%2f..%2fpyproject.toml",
        "/%00",
        "/%ff",
        "/" + "x" * 5_000,
    ],
)
def test_an_unknown_path_is_a_problem_too(http: httpx.Client, path: str) -> None:
    expect_problem(http.get(path), 404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/accounts", {"POST"}),
        ("GET", "/api/v1/sessions/refresh", {"POST"}),
        ("OPTIONS", "/api/v1/sessions/refresh", {"POST"}),
        ("POST", "/api/v1/specialists/me", {"GET", "HEAD", "PATCH"}),
        ("PUT", "/docs", {"GET", "HEAD"}),
        ("BREW", "/api/v1/featured", {"GET", "HEAD"}),
    ],
)
def test_a_method_that_is_not_allowed_is_told_which_are(
    http: httpx.Client, method: str, path: str, allowed: set[str]
) -> None:
    response = http.request(method, path)
    expect_problem(response, 405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) == allowed


def test_an_article_is_looked_up_by_whatever_text(http: httpx.Client) -> None:
    for slug in ("none", "x" * 5_000, "x' OR '1'='1", "%F0%9F%98%80", "%ff", "%0d%0a"):
        expect_problem(http.get(f"/api/v1/articles/{slug}"), 404, "not_found")
    expect_problem(http.get("/api/v1/articles/%00"), 422, "invalid")


# Whatever else somebody may think of

ANY_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
ANY_TIME = st.datetimes(timezones=st.timezones()).map(lambda each: each.isoformat())
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
HEADER_TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Z"]), max_size=120)
SOME = settings(
    max_examples=40,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def restless(http: httpx.Client) -> Person:
    """A specialist whose hours change all the time."""
    return a_specialist(http, listed=False)


@SOME
@given(body=st.binary(max_size=200) | ANY_JSON.map(lambda each: json.dumps(each).encode()))
def test_no_body_breaks_signing_up(http: httpx.Client, body: bytes) -> None:
    response = http.post("/api/v1/accounts", content=body, headers=JSON)
    assert response.status_code in (400, 422)


@SOME
@given(starts_at=ANY_TIME | ANY_JSON, key=HEADER_TEXT)
def test_no_time_and_no_key_break_booking(
    client: Person, specialist: Person, starts_at: Any, key: str
) -> None:
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at}
    response = client.post("/consultations", wanted, headers={"Idempotency-Key": key.encode()})
    assert response.status_code in (409, 422)


@SOME
@given(
    hours=st.lists(
        st.fixed_dictionaries(
            {
                "weekday": st.sampled_from(["monday", "sunday", "Monday"]) | ANY_JSON,
                "starts": st.from_regex(r"\A\d\d:\d\d\Z") | ANY_JSON,
                "ends": st.from_regex(r"\A\d\d:\d\d\Z") | ANY_JSON,
            }
        ),
        max_size=3,
    ),
    time_zone=st.timezone_keys() | ANY_TEXT,
)
def test_no_hours_break_availability(
    restless: Person, hours: list[dict[str, Any]], time_zone: str
) -> None:
    wanted = an_availability(hours=hours, time_zone=time_zone)
    response = restless.put("/specialists/me/availability", wanted)
    assert response.status_code in (200, 422)


@SOME
@given(start=ANY_TIME | ANY_TEXT, end=ANY_TIME | ANY_TEXT)
def test_no_period_breaks_the_list_of_slots(
    http: httpx.Client, specialist: Person, start: str, end: str
) -> None:
    query = {"from": start, "to": end}
    response = http.get(f"/api/v1/specialists/{specialist.id}/slots", params=query)
    assert response.status_code in (200, 422)


@SOME
@given(cursor=ANY_TEXT, limit=ANY_TEXT | st.integers().map(str), rest=ANY_TEXT)
def test_no_parameters_break_a_list(http: httpx.Client, cursor: str, limit: str, rest: str) -> None:
    query = {"cursor": cursor, "limit": limit, rest: rest}
    response = http.get("/api/v1/featured", params=query)
    assert response.status_code in (200, 422)


# What is done with a consultation

LONG = "I have not slept for weeks. " * 72


def a_booking(client: Person, specialist: Person, **more: Any) -> httpx.Response:
    starts_at = slots_of(specialist)[-1]["starts_at"]
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at, **more}
    return client.post("/consultations", wanted)


@pytest.mark.parametrize("note", [LONG, "", 7, ["text"], {"text": "text"}])
def test_a_note_that_is_refused_is_not_repeated(
    client: Person, specialist: Person, note: object
) -> None:
    response = a_booking(client, specialist, note=note)
    [error] = expect_problem(response, 422, "invalid")["errors"]
    assert (error["field"], error["value"]) == ("note", None)
    assert "slept" not in response.text


@pytest.mark.parametrize(
    ("what", "body", "field"),
    [
        ("cancellation", {"reason": "account_erased"}, "reason"),
        ("cancellation", {"reason": "because"}, "reason"),
        ("cancellation", {"reason": "other", "note": "x"}, "note"),
        ("rescheduling", {}, "starts_at"),
        ("rescheduling", {"starts_at": "tomorrow"}, "starts_at"),
        ("rescheduling", {"starts_at": "2030-01-07T09:00:00"}, "starts_at"),
        ("attendance", {}, "attendance"),
        ("attendance", {"attendance": "late"}, "attendance"),
        ("attendance", {"attendance": None}, "attendance"),
        ("outcome", {"outcome": "marry"}, "outcome"),
        ("outcome", {"outcome": ["continue"]}, "outcome"),
    ],
)
def test_what_is_wrong_with_a_change_is_named(
    client: Person, what: str, body: dict[str, Any], field: str
) -> None:
    response = client.post(f"/consultations/{NOWHERE}/{what}", body)
    assert set(errors_by_field(expect_problem(response, 422, "invalid"))) == {field}


@pytest.mark.parametrize("starts_at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_nothing_moves_to_the_ends_of_time(http: httpx.Client, starts_at: str) -> None:
    specialist = a_specialist(http, featured=True)
    client = somebody(http, "client")
    id = a_booking(client, specialist).json()["id"]
    response = client.post(f"/consultations/{id}/rescheduling", {"starts_at": starts_at})
    assert response.json()["code"] in ("in_the_past", "too_far")


@pytest.mark.parametrize("what", ["cancellation", "rescheduling", "attendance", "outcome"])
def test_a_consultation_that_is_not_there_can_not_be_changed(client: Person, what: str) -> None:
    body = {
        "cancellation": {},
        "rescheduling": {"starts_at": "2030-01-07T09:00:00Z"},
        "attendance": {"attendance": "held"},
        "outcome": {"outcome": "continue"},
    }
    response = client.post(f"/consultations/{NOWHERE}/{what}", body[what])
    expect_problem(response, 404, "not_found")
