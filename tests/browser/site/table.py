"""The table of pages: each in each state that a visitor may meet it in."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit
from uuid import uuid4

import httpx
from playwright.sync_api import Page
from pyotp import TOTP

from tests.browser.site.people import ADMIN, OURS, PASSWORD, People, from_anywhere

NO_ID = "018f0000-0000-7000-8000-000000000000"
Act = Callable[[Page], None]
NO_WORKER = "Service Worker registration blocked by Playwright"


@dataclass(frozen=True)
class State:
    """A page in one state.

    ``who`` visits ``path`` and does ``act`` there, which is refused with ``refused``. A path that
    is a function makes the state first, by real actions. ``status``: of the answer. ``most_kb``:
    the weight of a first visit. ``away``: a service, and a table without which it does not answer
    this page.
    """

    name: str
    path: str | Callable[[People], str]
    who: str = "visitor"
    status: int = 200
    act: Act | None = None
    refused: int = 422
    most_kb: int = 60
    away: tuple[str, str] | None = None

    @property
    def is_plain(self) -> bool:
        """Whether one GET shows it."""
        return self.act is None

    def at(self, people: People) -> str:
        """The path; what the state needs is made once."""
        if isinstance(self.path, str):
            return self.path
        if self.name not in people.states:
            people.states[self.name] = self.path(people)
        return people.states[self.name]

    def open(self, page: Page, people: People) -> None:
        path = self.at(people)
        if self.who == ADMIN:
            people.visit_as(ADMIN, page.context)
        with self._is_away(people) if self.act is None else nullcontext():
            answer = page.goto(f"{people.site}{path}")
        assert answer is not None
        assert answer.status == self.status, f"{path}: {answer.status}"
        if self.act is not None:
            with self._is_away(people):
                self.act(page)

    def _is_away(self, people: People) -> AbstractContextManager[None]:
        """Inside the block the service does not answer; with an act, once the page is there."""
        return people.away(*self.away) if self.away else nullcontext()

    def text(self, people: People) -> str:
        with self._is_away(people):
            return self._text(people)

    def _text(self, people: People) -> str:
        headers, path = {**OURS, "Accept": "text/html"}, self.at(people)
        if self.who == "visitor":
            address = f"{people.site}{path}"
            answer = httpx.get(address, headers=headers, timeout=30, follow_redirects=True)
        else:
            client = people.signed_in(self.who)
            answer = client.get(path, headers=headers, follow_redirects=True)
        assert answer.status_code == self.status, f"{path}: {answer.status_code}"
        return answer.text

    def in_german(self) -> State:
        if isinstance(self.path, str) and self.path.startswith("/de"):
            return self
        return replace(
            self,
            name=f"{self.name}-de",
            path=lambda people: f"/de{self.at(people)}".removesuffix("/"),
        )

    def answers(self, message: str) -> bool:
        """Whether the browser only says that the answer has the status it must have, or that the
        test keeps the worker out."""
        if message == NO_WORKER:
            return True
        expected = self.status if self.act is None else self.refused
        return expected >= 400 and f"status of {expected}" in message


def sent_empty(page: Page) -> None:
    """Send the main form without anything in it."""
    page.locator("main form[method=post] button[type=submit]").first.click()
    page.wait_for_selector("[data-focus]")


def sent_in_vain(page: Page) -> None:
    """Send the main form, which is not answered by the service that it is for."""
    page.locator("main form[method=post] button[type=submit]").first.click()
    page.wait_for_selector("h1:has-text('right now')")


def at_a_free_time(slug: str) -> Callable[[People], str]:
    """The page that books a time of a specialist."""
    return lambda people: (
        f"/specialists/{slug}/booking?starts_at={quote(people.free_times_of(slug)[-1])}"
    )


def a_calendar(who: str) -> Callable[[People], str]:
    """The page that changes an external calendar."""

    def path(people: People) -> str:
        wanted = {"address": "https://calendar.example/private.ics", "label": "Private"}
        added = people.api(who).post("/specialists/me/external-calendars", json=wanted)
        return f"/desk/calendars/{added.raise_for_status().json()['id']}"

    return path


def half_hour(who: str, slug: str, then: str = "", over: bool = False) -> Callable[[People], str]:
    """A page of a half hour that ``who`` books, which may have begun an hour ago."""

    def path(people: People) -> str:
        booked = people.half_hours.get((who, slug, over))
        if booked is None:
            booked = people.half_hours[who, slug, over] = people.book(who, slug)
            if over:
                people.let_pass(booked)
        return f"/consultations/{booked}{then}"

    return path


def said_held(who: str, slug: str, then: str = "") -> Callable[[People], str]:
    """A page of a half hour of which the client has said that it was held."""

    def path(people: People) -> str:
        found = half_hour(who, slug, over=True)(people)
        said = people.api(who).post(f"{found}/attendance", json={"attendance": "held"})
        assert said.is_success, said.text
        return found + then

    return path


def cancelled(who: str, slug: str) -> Callable[[People], str]:
    def path(people: People) -> str:
        booked = people.book(who, slug)
        done = people.api(who).post(f"/consultations/{booked}/cancellation", json={})
        assert done.is_success, done.text
        return f"/consultations/{booked}"

    return path


def waits(who: str, slug: str, then: str) -> Callable[[People], str]:
    def path(people: People) -> str:
        asked = {
            "specialist_id": people.id_of(slug),
            "time_zone": "Europe/Lisbon",
            "wishes": [AT_NIGHT],
        }
        joined = people.api(who).post("/waitlist", json=asked)
        assert joined.is_success, joined.text
        return then

    return path


def noticed(who: str) -> Callable[[People], str]:
    """The notices of a client who has booked and cancelled."""

    def path(people: People) -> str:
        cancelled(who, "mehmet-kaya")(people)
        return "/notices"

    return path


def broken(who: str, slug: str) -> Callable[[People], str]:
    """A half hour that the platform fails to show."""

    def path(people: People) -> str:
        booked = people.book(who, slug)
        people.unreadable(booked)
        return f"/consultations/{booked}"

    return path


def mailed(page: str, role: str = "client") -> Callable[[People], str]:
    """The link of a new person's sign-up."""
    return lambda people: in_mail(people, people.sign_up(role)[0], page)


def moved(page: str) -> Callable[[People], str]:
    """The link in the mail about a new address: to the new one, or to the old one."""

    def path(people: People) -> str:
        old, new = people.new_client(), f"{uuid4().hex}@example.org"
        wanted = {"email": new, "password": PASSWORD}
        people.api(old).post("/me/email", json=wanted).raise_for_status()
        return in_mail(people, new if page == "/verify-email" else old, page)

    return path


def forgotten(people: People) -> str:
    """The link that replaces a password."""
    who = people.new_client()
    address, wanted = f"{people.site}/api/v1/password-resets", {"email": who}
    httpx.post(address, json=wanted, headers=from_anywhere()).raise_for_status()
    return in_mail(people, who, "/reset-password")


def in_mail(people: People, address: str, page: str) -> str:
    link = urlsplit(people.mailbox.link_to(address, page))
    return f"{link.path}?{link.query}"


def erased(people: People) -> str:
    """The receipt of an erasure."""
    password = {"password": PASSWORD}
    erasure = people.api(people.new_client()).post("/me/erasure", json=password).raise_for_status()
    return f"/erasures/{erasure.json()['id']}"


def withdrawn(people: People) -> str:
    """An article that was published and is not any more."""
    editor, slug = people.api("editor"), f"withdrawn-{uuid4().hex}"
    text = {"title": "Withdrawn", "summary": "It was here.", "body": "It was here."}
    study = {"title": "A study", "year": 2020, "url": "https://example.org/study"}
    written = {"slug": slug, **text, "topics": ["first-steps"], "references": [study]}
    editor.post("/articles", json=written).raise_for_status()
    editor.put(f"/articles/{slug}/publication", json={}).raise_for_status()
    editor.delete(f"/articles/{slug}/publication").raise_for_status()
    return f"/articles/{slug}"


def sets_up_a_second_factor(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector(".qr")


def gets_recovery_codes(page: Page) -> None:
    sets_up_a_second_factor(page)
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.get_by_label("Code", exact=True).fill(TOTP(secret).now())
    page.get_by_role("button", name="Turn on the second factor").click()
    page.wait_for_selector(".codes")


AT_NIGHT = {"weekday": "monday", "starts": "03:00", "ends": "04:00"}
NOT_FREE = "2027-01-05T03:10:00Z"
SETTINGS = (
    "name",
    "email",
    "password",
    "preferences",
    "second-factor",
    "second-factor/confirmation",
    "recovery-codes",
    "sessions",
    "calendar-feed",
    "export",
    "erasure",
)
FORMS_OF_SETTINGS = ("email", "password", "second-factor", "erasure")
DESK = (
    "",
    "/profile",
    "/profile/preview",
    "/licence",
    "/hours",
    "/calendars",
    "/figures",
    "/featuring",
)
FRESH = "specialist:a"
NEW, BOOKER, PAST, WAITER, NOTICED = "new:a", "new:b", "new:c", "new:d", "new:e"
BROKEN = "new:f"
RECEIPTS, WAITING, HALF_HOURS = (
    ("profiles", "erasures"),
    ("booking", "waits"),
    ("booking", "consultations"),
)


def licence_of(slug: str) -> Callable[[People], str]:
    return lambda people: f"/admin/licences/{people.id_of(slug)}"


ARTICLE = "anxiety-what-helps"
WEIGHED_NAMES = (
    "home",
    "free-consultation",
    "help-now",
    "not-found",
    "find",
    "profile",
    "article",
    "booking-new",
    "half-hour",
    "sign-in",
    "settings",
    "desk",
)
"""Pages whose weight is measured: one of each kind."""
PAGES = [
    State("home", "/"),
    State("home-german", "/de"),
    State("free-consultation", "/free-consultation"),
    State("help-now", "/help-now", most_kb=50),
    State("help-now-portugal", "/help-now/pt", most_kb=50),
    State("help-now-german", "/de/help-now/de", most_kb=50),
    State("privacy", "/privacy"),
    State("terms", "/terms"),
    State("health-data-consent", "/health-data-consent"),
    State("imprint", "/imprint"),
    State("accessibility", "/accessibility"),
    State("staying-safe", "/staying-safe"),
    State("how-featuring-works", "/how-featuring-works"),
    State("for-specialists", "/for-specialists"),
    State("offline", "/offline", most_kb=50),
    State("not-found", "/nothing-here", status=404, most_kb=50),
    State("find", "/specialists", most_kb=64),
    State("find-german", "/de/specialists?topic=anxiety&topic=sleep", most_kb=64),
    State("find-none", "/specialists?words=zzzz&language=ga", most_kb=64),
    State("find-words", "/specialists?words=panic", most_kb=64),
    State("profile", "/specialists/amira-haddad"),
    State("profile-german", "/de/specialists/jonas-weber"),
    State("profile-unknown", "/specialists/amira-haddat", status=404),
    State("sign-in", "/sign-in"),
    State("sign-in-wrong", "/sign-in", act=sent_empty, refused=422),
    State("sign-up", "/sign-up"),
    State("sign-up-specialist", "/sign-up?role=specialist"),
    State("sign-up-wrong", "/sign-up", act=sent_empty),
    State("check-mail", "/sign-up/check-mail"),
    State("forgotten", "/forgotten"),
    State("reset-password", "/reset-password?token=one"),
    State("verify-email-bad", "/verify-email?token=one"),
    State("settings", "/settings", who="client"),
    State("verify-email", mailed("/verify-email")),
    State("verify-email-specialist", mailed("/verify-email", "specialist")),
    State("verify-email-moved", moved("/verify-email")),
    State("stop-email-change-valid", moved("/stop-email-change")),
    State("reset-password-valid", forgotten),
    State("settings-german", "/de/settings", who="client"),
    State("home-signed-in", "/", who="client"),
    *[
        State(f"settings-{each.replace('/', '-')}", f"/settings/{each}", who="client", most_kb=56)
        for each in SETTINGS
    ],
    *[
        State(f"settings-{each}-wrong", f"/settings/{each}", who="client", act=sent_empty)
        for each in FORMS_OF_SETTINGS
    ],
    State("second-factor-qr", "/settings/second-factor", "each:a", act=sets_up_a_second_factor),
    State("recovery-codes-shown", "/settings/second-factor", "each:b", act=gets_recovery_codes),
    State("articles", "/articles"),
    State("articles-german", "/de/articles"),
    State("article", "/articles/anxiety-what-helps"),
    State("article-german", "/de/articles/angst-was-hilft"),
    State("article-unknown", "/articles/nothing-here", status=404, most_kb=50),
    State("article-withdrawn", withdrawn, status=410, most_kb=50),
    State("booking-new", at_a_free_time("noor-van-dijk"), most_kb=56),
    State("booking-new-wrong", at_a_free_time("noor-van-dijk"), act=sent_empty),
    State("booking-known", at_a_free_time("noor-van-dijk"), who=NEW, most_kb=56),
    State("booking-own", at_a_free_time("amira-haddad"), who="amira.haddad", most_kb=56),
    State("booking-other", at_a_free_time("noor-van-dijk"), who="amira.haddad", most_kb=56),
    State(
        "booking-taken",
        f"/specialists/noor-van-dijk/booking?starts_at={quote(NOT_FREE)}",
        most_kb=56,
    ),
    State("booking-check-mail", "/booking/check-mail", most_kb=56),
    State("consultations-none", "/consultations", who=NEW),
    State("consultations", "/consultations", who=BOOKER),
    State("half-hour", half_hour(BOOKER, "marta-kowalska"), who=BOOKER, most_kb=56),
    *[
        State(f"half-hour-{each}", half_hour(BOOKER, "marta-kowalska", f"/{each}"), who=BOOKER)
        for each in ("cancellation", "rescheduling", "note", "attendance", "outcome")
    ],
    State("half-hour-of-specialist", half_hour(BOOKER, "marta-kowalska"), who="marta.kowalska"),
    State("half-hour-over", half_hour(PAST, "clemence-martin", over=True), who=PAST),
    State(
        "half-hour-over-attendance",
        half_hour(PAST, "clemence-martin", "/attendance", over=True),
        who=PAST,
    ),
    State("half-hour-held", said_held(PAST, "clemence-martin"), who=PAST),
    State("half-hour-held-outcome", said_held(PAST, "clemence-martin", "/outcome"), who=PAST),
    State("half-hour-cancelled", cancelled(PAST, "aoife-brennan"), who=PAST),
    State("half-hour-unknown", f"/consultations/{NO_ID}", who=NEW, status=404, most_kb=50),
    State("consultations-past", "/consultations", who=PAST),
    State("waitlist-none", "/waitlist", who=NEW),
    State("waitlist-join", "/specialists/noor-van-dijk/waitlist", who=NEW),
    State("waitlist", waits(WAITER, "noor-van-dijk", "/waitlist"), who=WAITER),
    State("notices-none", "/notices", who=NEW),
    State("notices", noticed(NOTICED), who=NOTICED),
    State("desk-visitor", "/desk"),
    State("desk-client", "/desk", who=NEW, status=403),
    *[
        State(f"desk{each.replace('/', '-')}", f"/desk{each}", who="amira.haddad", most_kb=64)
        for each in DESK
    ],
    *[
        State(f"desk-new{each.replace('/', '-')}", f"/desk{each}", who=FRESH, most_kb=64)
        for each in DESK
    ],
    State("desk-german", "/de/desk", who="amira.haddad", most_kb=64),
    State("desk-calendar", a_calendar("amira.haddad"), who="amira.haddad", most_kb=64),
    State("desk-licence-wrong", "/desk/licence", who=FRESH, act=sent_empty),
    State("forbidden", "/waitlist", who="amira.haddad", status=403, most_kb=50),
    State("failed", broken(BROKEN, "aoife-brennan"), who=BROKEN, status=500, most_kb=50),
    State("away", f"/erasures/{NO_ID}", status=503, most_kb=50, away=RECEIPTS),
    State("away-german", f"/de/erasures/{NO_ID}", status=503, most_kb=50, away=RECEIPTS),
    State("away-signed-in", "/waitlist", who=NEW, status=503, most_kb=50, away=WAITING),
    State(
        "away-sent",
        half_hour(BOOKER, "marta-kowalska", "/cancellation"),
        who=BOOKER,
        act=sent_in_vain,
        refused=503,
        most_kb=50,
        away=HALF_HOURS,
    ),
    State("receipt", erased),
    State("receipt-unknown", f"/erasures/{NO_ID}", status=404, most_kb=50),
    State("stop-email-change", "/stop-email-change?token=one"),
    State("reset-sent", "/forgotten/check-mail"),
    State("sign-in-code", "/sign-in/code"),
    State("editing", "/editing/articles", who="editor", most_kb=64),
    State("editing-new", "/editing/articles/new", who="editor", most_kb=64),
    State("editing-new-wrong", "/editing/articles/new", who="editor", act=sent_empty),
    State("editing-article", f"/editing/articles/{ARTICLE}", who="editor", most_kb=64),
    State("editing-preview", f"/editing/articles/{ARTICLE}/preview", who="editor", most_kb=64),
    State("editing-publication", f"/editing/articles/{ARTICLE}/publication", who="editor"),
    State("editing-german", "/de/editing/articles", who="editor", most_kb=64),
    State("editing-client", "/editing/articles", who=NEW, status=403),
    State("admin", "/admin", who=ADMIN, most_kb=64),
    State("admin-licences", "/admin/licences", who=ADMIN, most_kb=64),
    State("admin-licence", licence_of("amira-haddad"), who=ADMIN, most_kb=64),
    State("admin-at-risk", "/admin/at-risk", who=ADMIN, most_kb=64),
    State("admin-figures", "/admin/figures", who=ADMIN, most_kb=64),
    State("admin-german", "/de/admin", who=ADMIN, most_kb=64),
    State("admin-client", "/admin/licences", who=NEW, status=403),
]
