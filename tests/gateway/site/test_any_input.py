"""Junk in each path, query and field of the site: it is refused, and never breaks a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle
from typing import Any
from urllib.parse import quote, urlencode
from uuid import UUID, uuid4

import httpx
import pytest
from marshmallow import Schema, fields

from chassis.context import Caller
from chassis.schemas import Reading, schema_of
from contracts.profiles.accounts import Role
from contracts.profiles.preferences import PATH_PREFIXES
from gateway.pages.carried import Carried
from gateway.pages.declaration import PageDeclaration
from gateway.pages.form_handler import MOST_FIELDS
from gateway.pages.page import pages_of
from gateway.service import Gateway
from tests.support.browsing import SAME_ORIGIN, Browser, PageSeen
from tests.support.databases import Databases
from tests.support.factories import PASSWORD, Person, a_specialist, somebody
from tests.support.platform import House, a_house, a_mail_folder, an_embedded_broker
from tests.support.tokens import KEY, a_token_of

DECLARED: list[PageDeclaration] = [declaration for declaration, _ in pages_of(Gateway)]
IN_BRACES = re.compile(r"{\w+}")
URLENCODED = {**SAME_ORIGIN, "Content-Type": "application/x-www-form-urlencoded"}
EXTREMES = [
    "",
    "%",
    "%00",
    "%ff%fe",
    "%ed%a0%80",  # a lone surrogate
    "%0d%0aX-Evil:%201",
    quote("<b>\"'&{{7*7}}%(x)s%s"),
    "9" * 5000,
    "-1",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59-14:00",
    "https://[",
    "." * 5000,
    "x.0.y",
]
"""Percent-encoded."""
AMONG_OTHERS = ["", "%00", "%ed%a0%80", "9" * 5000, "9999-12-31", "9999-12-31T23:59:59-14:00"]
"""Each of these in one field while all others are well."""
CONTROLS = ("_add", "_remove", "_key", "_version", "_carried", "_account")
CONTENT_TYPES = [
    "",
    "text/plain",
    "application/json",
    "multipart/form-data",
    "multipart/form-data; boundary=x",
    "application/x-www-form-urlencoded; charset=utf-16",
]
BODIES = [
    b"{}",
    b"\x00\xff" * 100,
    b"--x\r\n\r\n",
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
    b'--x\r\nContent-Disposition: form-data; name="a"; filename="\x00\xff"\r\n\r\n\r\n--x--\r\n',
]
LIKELY = {
    fields.Boolean: "true",
    fields.DateTime: "2036-12-03T10:00:00Z",
    fields.Date: "2036-12-03",
    fields.Integer: "30",
}
LIKELY_NAMED = {
    "email": "ada@example.org",
    "time_zone": "Europe/Berlin",
    "language": "en",
    "languages": "en",
    "country": "DE",
    "countries": "DE",
    "starts": "09:00",
    "ends": "12:00",
    "topics": "sleep",
    "approaches": "cbt",
    "currency": "EUR",
}


@pytest.fixture(scope="module")
def flooded_house(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Of its own: a visitor who tries so much is slowed."""
    mail = a_mail_folder(tmp_path_factory.mktemp("flooded_pages"))
    with a_house(an_embedded_broker(), sqlite_databases.fresh(), mail) as running:
        yield running


@pytest.fixture(scope="module")
def ada(flooded_house: House) -> Person:
    """A specialist with a profile and hours."""
    return a_specialist(flooded_house.http)


def everyone(house: House, person: Person) -> Browser:
    """A visitor with every role. The token is new: one of the forms signs out everywhere."""
    caller = Caller(UUID(person.id), frozenset(Role), verified=True, second_factor=True)
    return Browser(house.http, {"__Host-access": a_token_of(KEY, caller)})


def visitors(house: House, person: Person, declaration: PageDeclaration) -> list[Browser]:
    signed_in = everyone(house, person)
    return [signed_in] if declaration.needs_account else [signed_in, Browser(house.http)]


def names_in(schema: Schema, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each field's dotted name, and a value that it may well take."""
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        row = ".0" if isinstance(field, fields.List) else ""
        dotted = f"{prefix}{field.data_key or name}"
        if isinstance(inner, fields.Nested):
            yield from names_in(inner.schema, f"{dotted}{row}.")
        else:
            yield dotted, likely(dotted, inner)


def likely(name: str, field: fields.Field[Any]) -> str:
    if isinstance(field, fields.Enum):
        values: list[Any] = [each.value for each in field.enum.__members__.values()]
        return str(values[0])
    if isinstance(field, fields.UUID):
        return str(uuid4())
    found = next((value for kind, value in LIKELY.items() if isinstance(field, kind)), None)
    return found or LIKELY_NAMED.get(name.rpartition(".")[2], "word")


def fields_of(shape: type | None, reading: Reading) -> dict[str, str]:
    return {} if shape is None else dict(names_in(schema_of(shape, reading)))


def paths_of(declaration: PageDeclaration) -> list[str]:
    """With an id that is unknown, and with junk in place of each parameter."""
    if "{" not in declaration.path:
        return [declaration.path]
    filled = [str(uuid4()), *(each for each in EXTREMES if each)]
    return [IN_BRACES.sub(each.replace("\\", r"\\"), declaration.path) for each in filled]


def holds(answer: PageSeen) -> None:
    assert answer.status < 500, (answer.at[:300], answer.text)
    assert "X-Evil" not in answer.response.headers
    assert "<b>\"'" not in answer.html


def each_of(method: str) -> pytest.MarkDecorator:
    found = [each for each in DECLARED if each.method == method]
    return pytest.mark.parametrize("declaration", found, ids=lambda each: each.path)


@each_of("GET")
def test_a_page_is_never_broken_by_its_address(
    flooded_house: House, ada: Person, declaration: PageDeclaration
) -> None:
    names = ["tz", *fields_of(declaration.query, Reading.QUERY)]
    path, *others = paths_of(declaration)
    for browser in visitors(flooded_house, ada, declaration):
        for each in others:
            holds(browser.get(each))
        for value, prefix in zip(EXTREMES, cycle(PATH_PREFIXES.values())):
            holds(browser.get(f"{prefix}{path}?{value}"))
            for name in names:
                holds(browser.get(f"{prefix}{path}?{name}={value}"))


@each_of("POST")
def test_a_form_is_never_broken_by_what_is_sent(
    flooded_house: House, ada: Person, declaration: PageDeclaration
) -> None:
    given = fields_of(declaration.body, Reading.FORM)
    names = [*given, *CONTROLS]
    path, *others = paths_of(declaration)
    browser = everyone(flooded_house, ada)
    mark = f"_account={browser.account_id}"
    for each in others:
        holds(browser.send(each, given))
    for value in EXTREMES:
        body = "&".join([mark, *(f"{name}={value}" for name in given)])
        holds(browser.ask("POST", path, URLENCODED, body.encode()))
    for name in names:
        rest = urlencode({each: value for each, value in given.items() if each != name})
        for value in AMONG_OTHERS:
            body = f"{mark}&{rest}&{name}={value}"
            holds(browser.ask("POST", path, URLENCODED, body.encode()))


@each_of("POST")
def test_a_form_is_never_broken_by_its_body(
    flooded_house: House, ada: Person, declaration: PageDeclaration
) -> None:
    path = paths_of(declaration)[0]
    browser = everyone(flooded_house, ada)
    for kind in CONTENT_TYPES:
        for body in BODIES:
            holds(browser.ask("POST", path, {**SAME_ORIGIN, "Content-Type": kind}, body))


@pytest.mark.parametrize("control", ["_add", "_remove"])
@pytest.mark.parametrize("name", ["email", "email.0", "email.0.x", "days.0.starts", "." * 5000])
def test_rows_are_added_to_lists_of_rows_alone(
    flooded_house: House, ada: Person, control: str, name: str
) -> None:
    fields = {"practice.place": "Vienna", "days.0.starts": "09:00", "email": "a@example.org"}
    browser = everyone(flooded_house, ada)
    for path in ("/desk/hours", "/desk/profile", "/sign-in"):
        assert browser.send(path, {**fields, control: name}).status < 500


def test_a_form_of_too_many_fields_is_not_parsed(flooded_house: House) -> None:
    browser = Browser(flooded_house.http)
    body = b"&".join(b"a=1" for _ in range(MOST_FIELDS))
    assert browser.ask("POST", "/sign-in", URLENCODED, body).status == 422
    refused = browser.ask("POST", "/sign-in", URLENCODED, body + b"&a=1")
    assert refused.status == 413
    assert str(MOST_FIELDS) in refused.text


@pytest.mark.parametrize(
    "path",
    [
        "/settings/name?\u20ac",
        "/settings/name?a\r\nX-Evil: 1",
        "/settings/name?\0",
        "//evil.example/settings/name",
        "https://evil.example/settings/name",
        "/settings/password",
        "/desk/hours",
        "/leave",
        "/sign-in",
        "/no/such/form",
    ],
)
def test_what_is_carried_through_a_sign_in_may_be_anything(http: httpx.Client, path: str) -> None:
    person, browser = somebody(http, "client"), Browser(http)
    given = {"display_name": ["<b>\"'"], "new": ["secret of mine"], "monday.0.starts": ["\u20ac"]}
    fields = {
        "email": person.email,
        "password": PASSWORD,
        "_carried": Carried(path, given, person.id).to_field(),
    }
    answer = browser.send("/sign-in", fields)
    holds(answer)
    assert "secret of mine" not in answer.html
    assert "evil.example" not in answer.html + answer.location
    assert "__Host-access" in browser.cookies
