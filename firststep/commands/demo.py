"""``firststep demo``: play the main job against a running gateway, step by step."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any
from uuid import uuid4

import httpx
from pyotp import TOTP
from rich.console import Console
from rich.markup import escape

from chassis.events import as_mapping
from chassis.masking import masked
from chassis.settings import BadSettings, Settings
from chassis.times import utc_now
from contracts.profiles.accounts import Role
from firststep.commands.accounts import change_role
from firststep.commands.listen import Listener, listener
from services.profiles.audit.audit import AuditedAction

TIMEOUT_S = 15.0
PASSWORD = "correct horse battery staple"
HOURS = [
    {"weekday": day, "starts": "08:00", "ends": "20:00"}
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
]


PREFERENCES = {
    "specialist": {"time_zone": "Europe/Berlin", "language": "de", "country": "DE"},
    "client": {"time_zone": "Europe/London", "language": "en", "country": "GB"},
}
"""The preferences that their browsers would send."""


class StepFailed(Exception):
    """A request or an event did not turn out as the step says."""


def run(url: str, settings: Settings) -> int:
    """Returns the exit code: 0 when every step succeeded."""
    console = Console()
    try:
        with httpx.Client(base_url=url, timeout=TIMEOUT_S) as client:
            Demo(client, listener(settings), console, settings).play()
    except (StepFailed, BadSettings) as error:
        console.print(f"[red]failed:[/] {escape(masked(str(error)))}")
        return 1
    except httpx.TransportError as error:
        said = masked(f"no gateway answers at {url}: {error}")
        console.print(f"[red]failed:[/] {escape(said)}")
        return 1
    console.print("\n[green]That is the main job.[/]")
    return 0


class Demo:
    def __init__(
        self, client: httpx.Client, events: Listener, console: Console, settings: Settings
    ) -> None:
        self._client = client
        self._events = events
        self._console = console
        self._settings = settings
        self._received: list[dict[str, Any]] = []

    def play(self) -> None:
        specialist = self._sign_up("specialist", "Dr Ada Example")
        profile = self._write_profile(specialist)
        self._verify_licence(specialist, profile["id"])
        self._list(specialist)
        self._open_hours(specialist)
        self._find_featured(profile["id"])
        client = self._sign_up("client", "Sam Example")
        slot = self._choose_slot(profile["id"])
        booked = {"specialist_id": profile["id"], "starts_at": slot["starts_at"]}
        consultation = self._book(client, booked)
        self._both_are_notified(specialist, client, consultation["id"])
        self._same_slot_is_refused(booked)
        self._read_article()

    def _sign_up(self, role: str, name: str) -> dict[str, str]:
        self._step(f"A {role} reads the terms, signs up …")
        agreed_to = self._call("GET", "/agreements")
        sign_up = self._call(
            "POST",
            "/accounts",
            json={**_account(role, name), "agreed_to": agreed_to},
            expect=HTTPStatus.ACCEPTED,
            then=["EmailVerificationRequested"],
        )
        self._step("… and follows the link in the mail, which confirms the address and logs in")
        token = self._last_event("EmailVerificationRequested")["data"]["token"]
        return _bearer(
            self._call(
                "PUT",
                "/email-verifications",
                json={"token": token, **sign_up},
                then=["AccountRegistered", "EmailVerified"],
            )
        )

    def _write_profile(self, specialist: dict[str, str]) -> dict[str, Any]:
        self._step("The specialist writes a profile")
        profile = {
            "display_name": "Dr Ada Example",
            "headline": "Anxiety, low mood, and where to start",
            "biography": "I listen first. We find out together what would help.",
            "languages": ["en", "de"],
            "topics": ["anxiety", "depression"],
            "online": True,
        }
        written: dict[str, Any] = self._call(
            "POST", "/specialists", json=profile, headers=specialist, expect=HTTPStatus.CREATED
        )
        return written

    def _verify_licence(self, specialist: dict[str, str], specialist_id: str) -> None:
        self._step("The specialist submits a licence, and an admin verifies it")
        licence = {
            "number": "DEMO-1",
            "issuing_body": "Chamber of demo data",
            "country": "DE",
            "expires_on": f"{utc_now().year + 2}-01-01",
        }
        submitted = self._call("PUT", "/specialists/me/licence", json=licence, headers=specialist)
        self._call(
            "PUT",
            f"/specialists/{specialist_id}/verification",
            json={"decision": "verified", "version": submitted["version"]},
            headers=self._new_admin(),
            then=["SpecialistVerified"],
        )

    def _new_admin(self) -> dict[str, str]:
        """A new account with a second factor, to which an operator grants the role."""
        call, account = partial(self._call, quiet=True), _account("client", "Alex Example")
        asked = ["EmailVerificationRequested"]
        wanted = {**account, "agreed_to": call("GET", "/agreements")}
        sign_up = call("POST", "/accounts", json=wanted, expect=HTTPStatus.ACCEPTED, then=asked)
        token = self._last_event("EmailVerificationRequested")["data"]["token"]
        session = call("PUT", "/email-verifications", json={"token": token, **sign_up})
        admin = _bearer(session)
        password = {"password": PASSWORD}
        begun = call("POST", "/me/totp", json=password, headers=admin, expect=HTTPStatus.CREATED)
        call("PUT", "/me/totp", json={"code": TOTP(begun["secret"]).now()}, headers=admin)
        # last, since the access token is refused from then on
        change_role(self._settings, account["email"], Role.ADMIN, AuditedAction.ROLE_GRANTED)
        token = {"refresh_token": session["refresh_token"]}
        return _bearer(call("POST", "/sessions/refresh", json=token))

    def _list(self, specialist: dict[str, str]) -> None:
        self._step("The specialist lists the profile")
        self._call(
            "PATCH",
            "/specialists/me",
            json={"status": "listed"},
            headers=specialist,
            then=["SpecialistListed"],
        )

    def _open_hours(self, specialist: dict[str, str]) -> None:
        self._step("The specialist opens weekly hours for free consultations, and is featured")
        self._call(
            "PUT",
            "/specialists/me/availability",
            json={
                "offers_free_consultations": True,
                "time_zone": "Europe/Berlin",
                "hours": HOURS,
                "meeting_link": "https://video.example/demo",
            },
            headers=specialist,
            then=["AvailabilityChanged", "SpecialistFeatured"],
        )

    def _find_featured(self, specialist_id: str) -> None:
        self._step("The specialist is on the featured list")
        self._until(
            lambda: any(
                each["id"] == specialist_id
                for each in self._call("GET", "/featured", quiet=True)["items"]
            ),
            "the specialist is not in /featured",
        )

    def _choose_slot(self, specialist_id: str) -> dict[str, Any]:
        self._step("The client looks at the free slots")
        slots = self._call("GET", f"/specialists/{specialist_id}/slots")["items"]
        if not slots:
            raise StepFailed("there is no free slot")
        first: dict[str, Any] = slots[0]
        return first

    def _book(self, client: dict[str, str], booked: dict[str, Any]) -> dict[str, Any]:
        self._step("… and books one")
        consultation: dict[str, Any] = self._call(
            "POST",
            "/consultations",
            json=booked,
            headers={**client, "Idempotency-Key": uuid4().hex},
            expect=HTTPStatus.CREATED,
            then=["ConsultationBooked"],
        )
        return consultation

    def _both_are_notified(
        self, specialist: dict[str, str], client: dict[str, str], consultation_id: str
    ) -> None:
        self._step("Both get a notice and a mail")
        for headers in (specialist, client):
            found = partial(self._has_notice, headers, consultation_id)
            self._until(found, "a notice is missing")

    def _has_notice(self, headers: dict[str, str], about: str) -> bool:
        notices = self._call("GET", "/notifications", headers=headers, quiet=True)["items"]
        return any(each["about"] == about for each in notices)

    def _same_slot_is_refused(self, booked: dict[str, Any]) -> None:
        other = self._sign_up("client", "Kim Example")
        self._step("Another client wants the same slot and is refused: it is taken")
        refusal = self._call(
            "POST", "/consultations", json=booked, headers=other, expect=HTTPStatus.CONFLICT
        )
        if refusal["code"] != "slot_taken":
            raise StepFailed(f"refused with {refusal['code']}, not slot_taken")

    def _read_article(self) -> None:
        self._step("A visitor reads an article")
        articles = self._call("GET", "/articles")["items"]
        if articles:
            self._call("GET", f"/articles/{articles[0]['slug']}")

    def _step(self, title: str) -> None:
        self._console.print(f"\n[bold]{title}[/]")

    def _call(
        self,
        method: str,
        path: str,
        expect: HTTPStatus = HTTPStatus.OK,
        then: list[str] | None = None,
        quiet: bool = False,
        **request: Any,
    ) -> Any:
        """Send one request, and wait for the events that must follow."""
        correlation_id = uuid4().hex
        headers = {**request.pop("headers", {}), "X-Correlation-Id": correlation_id}
        response = self._client.request(method, f"/api/v1{path}", headers=headers, **request)
        if not quiet:
            self._console.print(f"  {method} /api/v1{path} → {response.status_code}")
        if response.status_code != expect:
            raise StepFailed(
                f"{method} {path} answered {response.status_code}, not {int(expect)}: "
                f"{response.text}"
            )
        for event_type in then or []:
            event = self._await_event(event_type, correlation_id)
            if not quiet:
                self._show(event)
        return response.json() if response.content else None

    def _await_event(self, event_type: str, correlation_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            for event in self._received:
                if (event["type"], event["correlationid"]) == (event_type, correlation_id):
                    return event
            self._received += map(as_mapping, self._events.events(timeout=0.2))
        raise StepFailed(f"no {event_type} was published within {TIMEOUT_S:.0f} s")

    def _last_event(self, event_type: str) -> dict[str, Any]:
        return [event for event in self._received if event["type"] == event_type][-1]

    def _show(self, event: dict[str, Any]) -> None:
        source = event["source"].rpartition("/")[2]
        self._console.print(
            f"  [cyan]⚡ {event['type']}[/] from {source}, subject {event['subject']}",
            soft_wrap=True,
        )

    def _until(self, condition: Callable[[], bool], otherwise: str) -> None:
        deadline = time.monotonic() + TIMEOUT_S
        while not condition():
            if time.monotonic() > deadline:
                raise StepFailed(otherwise)
            time.sleep(0.1)
        self._console.print("  ✓")


def _account(role: str, name: str) -> dict[str, str]:
    email = f"{role}-{uuid4().hex[:8]}@example.org"
    account = {"email": email, "password": PASSWORD, "display_name": name, "role": role}
    return account | PREFERENCES[role]


def _bearer(session: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {session['access_token']}"}
