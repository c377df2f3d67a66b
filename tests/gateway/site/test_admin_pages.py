"""The pages of admins: licences beside their documents, half hours at risk, figures."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from pyotp import TOTP

from chassis.settings import read_settings
from chassis.times import utc_now
from contracts.profiles.accounts import Role
from firststep.commands.accounts import change_role
from services.profiles.audit.audit import AuditedAction
from services.profiles.licences.service import review_licences
from tests.support.browsing import Browser, PageSeen, signed_in
from tests.support.eventually import eventually
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    a_licence,
    a_profile,
    a_specialist,
    get_licensed,
    slots_of,
    somebody,
)
from tests.support.pictures import a_picture
from tests.support.platform import House

ADMIN, LICENCES = "/admin", "/admin/licences"
FACTOR, CONFIRM = "/settings/second-factor", "/settings/second-factor/confirmation"
PDF = b"%PDF-1.7 a licence"


@pytest.fixture
def deciding(http: httpx.Client, admin: Person) -> Browser:
    """An admin's browser, which tells its time zone."""
    return Browser(http, {"__Host-access": admin.token, "tz": "Europe/Lisbon"})


def licence_of(person: Person) -> str:
    return f"{LICENCES}/{person.id}"


def who_waits(http: httpx.Client, document: bytes = b"", kind: str = "application/pdf") -> Person:
    """A specialist whose licence waits for an admin."""
    person = somebody(http, "specialist", f"Dr {utc_now():%H%M%S%f}")
    assert person.post("/specialists", a_profile()).status_code == 201
    assert person.put("/specialists/me/licence", a_licence()).status_code == 200
    if document:
        path, headers = "/specialists/me/licence/document", {"Content-Type": kind}
        answer = person.call("PUT", path, content=document, headers=headers)
        assert answer.status_code == 200, answer.text
    return person


def name_of(person: Person) -> str:
    name: str = person.get("/me").json()["display_name"]
    return name


# Who is an admin


def an_admin_without_a_second_factor(house: House) -> Person:
    person = somebody(house.http, "client", "Alex Admin")
    settings = replace(read_settings(), database=house.database)
    change_role(settings, person.email, Role.ADMIN, AuditedAction.ROLE_GRANTED)
    return person


def set_up_a_second_factor(browser: Browser) -> None:
    page = browser.fill(browser.get(FACTOR), FACTOR, password=PASSWORD)
    secret = re.search(r'class="secret[^"]*">([A-Z2-7 ]+)<', page.html)
    assert secret, page.text
    totp = TOTP(secret[1].replace(" ", ""))
    assert browser.fill(page, CONFIRM, code=totp.now()).h1 == "Your recovery codes"


def test_a_dormant_admin_is_told_what_to_do_and_gets_in_then(shared_house: House) -> None:
    person = an_admin_without_a_second_factor(shared_house)
    browser = signed_in(shared_house.http, person.email)
    page = browser.get(ADMIN)
    assert (page.status, page.h1) == (403, "One step is missing")
    assert f'href="{FACTOR}"' in page.html
    assert browser.get(f"/de{ADMIN}").h1 == "Ein Schritt fehlt noch"
    below = browser.get(LICENCES)
    assert below.status == 403
    assert f'href="{ADMIN}"' in below.html
    set_up_a_second_factor(browser)
    assert browser.get(ADMIN).h1 == "Administration"
    assert browser.get(LICENCES).status == 200


def test_others_find_no_pages_of_admins(http: httpx.Client, client: Person) -> None:
    browser = Browser(http, {"__Host-access": client.token})
    page = browser.get(ADMIN)
    assert (page.status, page.h1) == (403, "This page is not for you to see")
    assert "second factor" not in page.text
    assert browser.get(LICENCES).status == 403
    assert Browser(http).get(ADMIN).location == "/sign-in?next=%2Fadmin"


# Licences


def test_the_overview_and_the_queue_lead_to_licences_that_wait(
    http: httpx.Client, deciding: Browser
) -> None:
    person = who_waits(http)
    for path in (ADMIN, LICENCES):
        page = deciding.get(path)
        assert f'<a href="{licence_of(person)}">{name_of(person)}</a>' in page.html
        assert "Lisbon time" in page.text
        assert "without a document" in page.text
    assert licence_of(person) not in deciding.get(f"{LICENCES}?status=verified").html


def test_a_picture_stands_beside_the_facts(http: httpx.Client, deciding: Browser) -> None:
    picture = a_picture()
    person = who_waits(http, picture, "image/jpeg")
    page = deciding.get(licence_of(person))
    assert page.h1 == f"Licence of {name_of(person)}"
    for fact in ("PT-2041", "Chamber of Psychotherapists", "Germany", person.email):
        assert fact in page.text
    assert f'src="data:image/jpeg;base64,{b64encode(picture).decode()}"' in page.html
    assert page.response.headers["Cache-Control"] == "no-store"


def test_a_pdf_is_opened_alone_where_it_can_do_nothing(
    http: httpx.Client, deciding: Browser
) -> None:
    person = who_waits(http, PDF)
    page = deciding.get(licence_of(person))
    assert "It is a PDF." in page.text
    assert f'href="{licence_of(person)}/document"' in page.html
    answer = deciding.get(f"{licence_of(person)}/document").response
    assert answer.content == PDF
    headers = answer.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"] == 'inline; filename="licence.pdf"'
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]


def test_a_document_is_read_by_no_others(http: httpx.Client, client: Person) -> None:
    person = who_waits(http, PDF)
    path = f"{licence_of(person)}/document"
    for caller in (client, person):
        answer = Browser(http, {"__Host-access": caller.token}).get(path)
        assert answer.status == 403
        assert PDF not in answer.response.content
    assert Browser(http).get(path).location.startswith("/sign-in?next=")


def test_a_licence_that_is_not_there_has_no_page(http: httpx.Client, deciding: Browser) -> None:
    none = somebody(http, "client")
    assert deciding.get(licence_of(none)).status == 404
    assert deciding.get(f"{licence_of(who_waits(http))}/document").status == 404


def decide(deciding: Browser, person: Person, **filled: str) -> PageSeen:
    path = licence_of(person)
    return deciding.fill(deciding.get(path), path, **filled)


def test_a_licence_is_verified_then_withdrawn(http: httpx.Client, deciding: Browser) -> None:
    person = who_waits(http)
    done = decide(deciding, person, decision="verified")
    assert done.location == LICENCES
    assert "The licence is verified." in deciding.followed(done).text
    page = deciding.get(licence_of(person))
    assert "Withdraw: it is no longer valid" in page.text
    assert 'value="verified"' not in page.html
    assert "by an admin" in page.text
    done = decide(deciding, person, decision="declined", reason="It was revoked.")
    assert "The licence is declined." in deciding.followed(done).text
    assert person.get("/specialists/me/licence").json()["reason"] == "It was revoked."


def test_declining_needs_a_reason(http: httpx.Client, deciding: Browser) -> None:
    person = who_waits(http)
    refused = decide(deciding, person, decision="declined")
    assert refused.status == 422
    assert "Reason: Please say why you decline this licence." in refused.text
    assert person.get("/specialists/me/licence").json()["status"] == "submitted"
    undecided = decide(deciding, person, reason="Well")
    assert "Decision: Please fill this in." in undecided.text


def test_a_licence_that_changed_meanwhile_is_looked_at_again(
    http: httpx.Client, deciding: Browser
) -> None:
    person = who_waits(http)
    page = deciding.get(licence_of(person))
    person.put("/specialists/me/licence", a_licence(number="PT-9999"))
    refused = deciding.fill(page, licence_of(person), decision="verified")
    assert refused.status == 409
    assert "The licence has changed since you looked at it." in refused.text
    assert "PT-9999" in refused.text
    assert deciding.fill(refused, licence_of(person), decision="verified").status == 303


def test_the_history_says_what_changed_without_keys_of_files(
    http: httpx.Client, deciding: Browser
) -> None:
    person = who_waits(http, PDF)
    person.patch("/specialists/me", {"headline": "Another line"})
    page = deciding.get(licence_of(person))
    history = page.text.partition("Changes of profile and licence")[2]
    assert f"by {name_of(person)}" in history
    assert "One line about you: Where to start Another line" in history
    assert "Status of the licence: waits" in history
    assert "Document" in history
    assert person.id.replace("-", "") not in page.html


# Half hours at risk, figures


def test_half_hours_at_risk_are_shown_without_their_clients(
    shared_house: House, deciding: Browser
) -> None:
    http = shared_house.http
    specialist, client = a_specialist(http, featured=True), a_client(http)
    starts_at = slots_of(specialist)[-1]["starts_at"]
    wanted = {"specialist_id": specialist.id, "starts_at": starts_at}
    assert client.post("/consultations", wanted).status_code == 201
    get_licensed(specialist, expires_on=str((utc_now() + timedelta(days=30)).date()))
    review_licences(shared_house.store("profiles"), utc_now() + timedelta(days=31))
    path = "/admin/at-risk"
    eventually(lambda: licence_of(specialist) in deciding.get(path).html)
    for each in (path, ADMIN):
        page = deciding.get(each)
        assert licence_of(specialist) in page.html
        assert "the licence expired" in page.text
        assert "Sam Client" not in page.text
    assert "die Zulassung ist abgelaufen" in deciding.get(f"/de{path}").text


def test_figures_have_no_count_under_five(deciding: Browser) -> None:
    page = deciding.get("/admin/figures")
    cells = re.findall(r"<td [^>]*>(.*?)</td>", page.html)
    assert len(cells) == 12 * 5
    shown = [re.sub("<[^>]+>", "", each) for each in cells]
    assert all(each == "under five" or int(each) >= 5 for each in shown)


def test_the_pages_are_in_german_under_de(http: httpx.Client, deciding: Browser) -> None:
    person = who_waits(http)
    assert "Zulassungen zu prüfen" in deciding.get(f"/de{ADMIN}").text
    assert deciding.get(f"/de{LICENCES}").h1 == "Zulassungen"
    assert "Ihre Entscheidung" in deciding.get(f"/de{licence_of(person)}").text
    assert deciding.get("/de/admin/figures").h1 == "Zahlen der Plattform"
    refused = deciding.send(f"/de{licence_of(person)}", {"version": "1", "decision": "declined"})
    assert "Grund: Bitte geben Sie an, warum Sie diese Zulassung ablehnen." in refused.text
