"""Photos and documents over HTTP: what they may be, how large, and how they are given out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from chassis.context import Caller
from contracts.files import LARGEST_FILE
from contracts.profiles.accounts import Role
from tests.gateway.description import errors_by_field, expect_problem
from tests.support.factories import Person, a_licence, a_specialist, somebody
from tests.support.picture_files import declared_jpeg
from tests.support.pictures import a_picture, opened
from tests.support.tokens import KEY, a_token_of

PHOTO, DOCUMENT = "/specialists/me/photo", "/specialists/me/licence/document"
PDF = b"%PDF-1.7 a licence"


@pytest.fixture(scope="module")
def holder(http: httpx.Client) -> Person:
    return a_specialist(http)


def send(person: Person, path: str, content: bytes, kind: str) -> httpx.Response:
    headers = {"Content-Type": kind.encode()}
    return person.call("PUT", path, content=content, headers=headers)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_shown_to_everybody_and_may_be_kept_for_an_hour(
    http: httpx.Client, holder: Person, kind: str
) -> None:
    answer = send(holder, PHOTO, a_picture(kind), f"image/{kind.lower()}")
    assert answer.status_code == 200, answer.text
    addresses = http.get(f"/api/v1/specialists/{holder.id}").json()["photo"]
    for name, side in {"large": 512, "medium": 256, "small": 96}.items():
        shown = http.get(addresses[name])
        assert shown.headers["Content-Type"] == "image/webp"
        assert shown.headers["Cache-Control"] == "public, max-age=3600, must-revalidate"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert opened(shown.content).size == (side, side)
        known = {"If-None-Match": shown.headers["ETag"]}
        assert http.get(addresses[name], headers=known).status_code == 304
    assert holder.call("DELETE", PHOTO).json()["photo"] is None


def test_a_photo_of_the_largest_size_is_taken_and_one_byte_more_is_not(holder: Person) -> None:
    picture = a_picture()
    largest = picture + bytes(LARGEST_FILE - len(picture))
    assert send(holder, PHOTO, largest, "image/jpeg").status_code == 200
    refused = send(holder, PHOTO, largest + b"x", "image/jpeg")
    problem = expect_problem(refused, 413, "request_entity_too_large")
    assert str(LARGEST_FILE) in problem["detail"]


def test_a_file_in_chunks_has_the_same_limit(holder: Person) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(6):
            yield bytes(1024 * 1024)

    kind = {"Content-Type": "image/jpeg"}
    refused = holder.call("PUT", PHOTO, content=chunks(), headers=kind)
    expect_problem(refused, 413, "request_entity_too_large")


@pytest.mark.parametrize("path", [PHOTO, DOCUMENT])
@pytest.mark.parametrize(
    "kind", ["", "text/html", "image/gif", "image/svg+xml", "application/json", "image", "é"]
)
def test_a_file_of_another_kind_is_refused_by_its_name(
    holder: Person, path: str, kind: str
) -> None:
    refused = send(holder, path, a_picture(), kind)
    problem = expect_problem(refused, 415, "unsupported_media_type")
    assert "image/jpeg" in problem["detail"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a JPEG"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not a JPEG"),
        (a_picture("GIF", mode="P"), "not a JPEG"),
        (a_picture()[:1500], "damaged"),
    ],
    ids=["nothing", "SVG", "GIF", "cut off"],
)
def test_a_file_that_is_not_what_it_is_called_is_refused(
    holder: Person, content: bytes, said: str
) -> None:
    refused = send(holder, PHOTO, content, "image/jpeg")
    errors = errors_by_field(expect_problem(refused, 422, "bad_file"))
    assert said in errors["photo"]["detail"]


def test_a_jpeg_is_taken_under_the_name_that_some_programs_give_it(holder: Person) -> None:
    assert send(holder, PHOTO, a_picture(), "image/jpg").status_code == 200


def test_who_sends_a_phones_own_format_reads_how_to_send_another(holder: Person) -> None:
    problem = expect_problem(
        send(holder, PHOTO, b"heic", "image/heic"), 415, "unsupported_media_type"
    )
    assert problem["detail"].endswith("choose the most compatible format in its camera.")


def test_a_form_with_one_file_is_taken_as_the_file(holder: Person) -> None:
    form = {"file": ("me.png", a_picture("PNG"), "image/png")}
    taken = holder.call("PUT", PHOTO, files=form)
    assert taken.status_code == 200, taken.text
    document = {"file": ("licence.pdf", b"%PDF-1.7", "application/pdf")}
    assert holder.call("PUT", DOCUMENT, files=document).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "field"),
    [
        ({"photo": ("me.png", b"", "image/png")}, 422, "photo"),
        ({"file": (None, b"text")}, 422, "file"),
        ({"file": ("me.gif", b"GIF89a", "image/gif")}, 415, "file"),
        ({"file": ("me.png", b"", "image/png"), "note": (None, b"x")}, 422, "note"),
    ],
    ids=["another name", "text", "another kind", "more than a file"],
)
def test_a_form_that_is_not_one_file_is_refused_by_the_field(
    holder: Person, form: dict[str, Any], status: int, field: str
) -> None:
    refused = holder.call("PUT", PHOTO, files=form)
    assert refused.status_code == status
    assert [each["field"] for each in refused.json()["errors"]] == [field]


def test_a_form_that_is_cut_off_is_refused(holder: Person) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    cut = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
    for content in (b"", cut, b"--y--"):
        expect_problem(holder.call("PUT", PHOTO, content=content, headers=kind), 422, "invalid")


def test_what_a_photo_is_its_bytes_say(holder: Person) -> None:
    assert send(holder, PHOTO, a_picture("PNG"), "image/jpeg").status_code == 200


def test_who_may_not_send_a_file_is_refused_before_it_is_read(
    http: httpx.Client, client: Person
) -> None:
    too_large, kind = bytes(LARGEST_FILE + 1), {"Content-Type": "image/jpeg"}
    nobody = http.put(f"/api/v1{PHOTO}", content=too_large, headers=kind)
    expect_problem(nobody, 401, "unauthenticated")
    expect_problem(send(client, PHOTO, too_large, "image/jpeg"), 403, "forbidden")
    assert http.get("/healthz").status_code == 200


@pytest.mark.parametrize("name", ["x", "..%2f..%2fetc%2fpasswd", "%ff", "x" * 500])
def test_no_name_leads_to_another_file(http: httpx.Client, name: str) -> None:
    expect_problem(http.get(f"/api/v1/photos/{name}"), 404, "not_found")


def test_a_document_is_for_admins_and_for_nobody_to_keep(holder: Person, admin: Person) -> None:
    holder.put("/specialists/me/licence", a_licence(number="PT-2042"))
    assert send(holder, DOCUMENT, PDF, "application/pdf").status_code == 200
    shown = admin.get(f"/specialists/{holder.id}/licence/document")
    assert shown.content == PDF
    assert shown.headers["Content-Type"] == "application/pdf"
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert shown.headers["Cache-Control"] == "no-store"
    expect_problem(holder.get(f"/specialists/{holder.id}/licence/document"), 403, "forbidden")


def test_a_document_that_is_none_is_refused_whatever_it_is_called(holder: Person) -> None:
    refused = send(holder, DOCUMENT, b"<script>", "application/pdf")
    errors = errors_by_field(expect_problem(refused, 422, "bad_file"))
    assert "PDF" in errors["document"]["detail"]


def test_a_photo_needs_a_profile_and_a_proven_address(http: httpx.Client, holder: Person) -> None:
    newcomer = somebody(http, "specialist")
    expect_problem(send(newcomer, PHOTO, a_picture(), "image/jpeg"), 404, "not_found")
    unproven = Caller(UUID(holder.id), frozenset([Role.SPECIALIST]), verified=False)
    as_unproven = replace(holder, token=a_token_of(KEY, unproven))
    refused = send(as_unproven, PHOTO, a_picture(), "image/jpeg")
    expect_problem(refused, 403, "email_not_verified")


def test_a_refused_photo_names_its_size_and_the_limit(holder: Person) -> None:
    refused = send(holder, PHOTO, declared_jpeg(6000, 5000), "image/jpeg")
    error = errors_by_field(expect_problem(refused, 422, "bad_file"))["photo"]
    assert error["value"] == "30000000"
    assert "It has 30000000 pixels, the limit is 25000000." in error["detail"]


@pytest.mark.parametrize(("path", "content"), [(PHOTO, a_picture()[:900]), (DOCUMENT, b"<svg/>")])
def test_after_twenty_uploads_in_an_hour_it_is_said_when_to_come_again(
    http: httpx.Client, path: str, content: bytes
) -> None:
    person = a_specialist(http)
    for _ in range(20):
        expect_problem(send(person, path, content, "image/jpeg"), 422, "bad_file")
    refused = send(person, path, content, "image/jpeg")
    expect_problem(refused, 429, "too_many_tries")
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
