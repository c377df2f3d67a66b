"""``firststep seed``: create demo data by calling the services, as users would.

Each step does only what is missing, so that a second run completes an interrupted one. Data that
exists stays, whatever was changed in it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from rich.progress import Progress

from chassis import context
from chassis.context import CallContext, Caller
from chassis.errors import DomainError, NotFound
from chassis.events import as_mapping
from chassis.ids import new_id
from chassis.rpc.requester import rpc_client
from chassis.runtime.process import Process
from chassis.schemas import Reading, load
from chassis.settings import BadSettings, Settings
from chassis.times import utc_now
from contracts.content import ArticleStatus, PublishArticle, SlugTaken, WriteArticle
from contracts.profiles.accounts import (
    EmailVerificationRequested,
    Role,
    SignUp,
    SignUpRole,
    VerifyEmail,
)
from contracts.profiles.consents import AgreedTo
from contracts.profiles.licences import DecideLicence, Decision, LicenceStatus, SubmitLicence
from contracts.profiles.specialists import ChangeProfile, Listing, ProfileExists, SpecialistStatus
from contracts.rpc.booking import Booking
from contracts.rpc.content import Content
from contracts.rpc.profiles import Profiles
from firststep import platform
from firststep.commands.accounts import change_role
from firststep.commands.demo_people import (
    ADMIN,
    CLIENT,
    EDITOR,
    PASSWORD,
    SPECIALISTS,
    DemoPerson,
    DemoSpecialist,
)
from firststep.commands.listen import listener
from firststep.front_matter import files_in
from firststep.platform import SERVICES, TOPOLOGY, config_for
from services.profiles.accounts.queries import account_with
from services.profiles.audit.audit import AuditedAction, entries_about

TIMEOUT_S = 30.0
LICENSED_FOR = timedelta(days=3 * 365)


class Seeder:
    """A service without methods of its own: it calls the others."""

    name = "seeder"
    profiles = rpc_client(Profiles)
    booking = rpc_client(Booking)
    content = rpc_client(Content)


def run(settings: Settings) -> None:
    """Create the demo data. The embedded platform's services run in this process meanwhile."""
    services = SERVICES.values() if settings.embedded else []
    articles = list(demo_articles())
    with Process([*services, Seeder], config_for(settings), TOPOLOGY).running() as process:
        seeding = Seeding(settings, **clients_in(process))
        steps: list[Callable[[], None]] = [
            *[lambda each=each: seeding.specialist(each) for each in SPECIALISTS],
            *[lambda each=each: seeding.person(each) for each in (CLIENT, EDITOR, ADMIN)],
            *[lambda each=each: seeding.article(each) for each in articles],
            seeding.wait_until_featured,
        ]
        with Progress() as progress:
            for step in progress.track(steps, description="demo data"):
                step()


def clients_in(process: Process) -> dict[str, Any]:
    """The clients of the ``Seeder`` in this process, by name."""
    [seeder] = [each for each in process.containers if each.service_name == Seeder.name]
    return {provider.attr_name: provider.get_dependency(None) for provider in seeder.dependencies}


def demo_articles() -> Iterator[WriteArticle]:
    for wire, body in files_in("demo_articles"):
        yield load(WriteArticle, {**wire, "body": body}, Reading.BODY)


class Seeding:
    def __init__(
        self, settings: Settings, profiles: Profiles, booking: Booking, content: Content
    ) -> None:
        self._settings = settings
        self._events = listener(settings)
        self._profiles = profiles
        self._booking = booking
        self._content = content
        self._seeded: list[UUID] = []

    def specialist(self, demo: DemoSpecialist) -> None:
        """List a specialist, unless that was done before: the listing is the last step."""
        specialist_id = self._account_of(demo.person)
        acting = Caller(specialist_id, frozenset([Role.SPECIALIST]), verified=True)
        number = SPECIALISTS.index(demo) + 1
        with self._acting(acting):
            if self._was_listed():
                return
            with contextlib.suppress(ProfileExists):
                self._profiles.write_profile(profile=demo.profile)
            self._booking.set_availability(availability=demo.availability)
            licence = self._profiles.submit_licence(
                licence=_licence_of(number, demo.person.country)
            ).load()
        if licence.status is not LicenceStatus.VERIFIED:
            with self._acting(Caller(new_id(), frozenset([Role.ADMIN]))):
                seen = DecideLicence(decision=Decision.VERIFIED, version=licence.version)
                self._profiles.decide_licence(specialist_id=specialist_id, decision=seen)
        with self._acting(acting):
            self._profiles.change_profile(change=ChangeProfile(status=Listing.LISTED))
        self._seeded.append(specialist_id)

    def _was_listed(self) -> bool:
        """Whether the acting specialist's profile was ever listed."""
        with contextlib.suppress(NotFound):
            return self._profiles.get_my_profile().load().status is not SpecialistStatus.DRAFT
        return False

    def person(self, demo: DemoPerson) -> None:
        account_id = self._account_of(demo)
        if demo.role not in SignUpRole and not self._was_granted_a_role(account_id):
            change_role(self._settings, demo.email, demo.role, AuditedAction.ROLE_GRANTED)

    def _was_granted_a_role(self, account_id: UUID) -> bool:
        """Whether a role was ever granted to the account, also one that an operator has revoked
        since."""
        with platform.database_of("profiles", self._settings) as database:
            with database.reading() as session:
                about = session.scalars(entries_about(account_id)).all()
        return any(each.what == AuditedAction.ROLE_GRANTED for each in about)

    def _account_of(self, demo: DemoPerson) -> UUID:
        """The id of the person's account. Signs up where there is none."""
        with platform.database_of("profiles", self._settings) as database:
            with database.reading() as session:
                account = account_with(session, demo.email)
        return self._sign_up(demo) if account is None else account.id

    def _sign_up(self, demo: DemoPerson) -> UUID:
        with self._acting(Caller()):
            in_force = self._profiles.get_agreements().load()
            sign_up = SignUp(
                email=demo.email,
                password=PASSWORD,
                display_name=demo.name,
                role=demo.signs_up_as,
                agreed_to=AgreedTo(**vars(in_force)),
                time_zone=demo.time_zone,
                language=demo.language,
                country=demo.country,
            )
            secret = self._profiles.sign_up(sign_up=sign_up).load().sign_up
            asked = self._verification_of(demo.email)
            verify = VerifyEmail(token=asked["token"], sign_up=secret)
            self._profiles.verify_email(verify=verify)
        return UUID(asked["account_id"])

    def _verification_of(self, email: str) -> dict[str, Any]:
        """The link that the mail would contain."""
        deadline = time.monotonic() + TIMEOUT_S
        while time.monotonic() < deadline:
            for event in map(as_mapping, self._events.events(timeout=0.2)):
                asked: dict[str, Any] = event["data"]
                if event["type"] == EmailVerificationRequested.type() and asked["email"] == email:
                    return asked
        raise BadSettings(
            f"no {EmailVerificationRequested.type()} was published: does profiles run?"
        )

    def article(self, article: WriteArticle) -> None:
        """Publish an article, unless an editor has changed it or its publication since."""
        with self._acting(Caller(new_id(), frozenset([Role.EDITOR]))):
            with contextlib.suppress(SlugTaken):
                self._content.write_article(article=article)
            written = self._content.get_manuscript(slug=article.slug).load()
            if written.status is ArticleStatus.DRAFT and written.body == article.body:
                self._content.publish_article(slug=article.slug, publication=PublishArticle())

    def wait_until_featured(self) -> None:
        deadline = time.monotonic() + TIMEOUT_S
        while not all(map(self._is_featured, self._seeded)):
            if time.monotonic() > deadline:
                raise BadSettings(
                    "the demo specialists are not featured: is every service running?"
                )
            time.sleep(0.1)

    def _is_featured(self, specialist_id: UUID) -> bool:
        with contextlib.suppress(DomainError), self._acting(Caller()):
            return self._profiles.get_specialist(specialist_id=specialist_id).load().featured
        return False

    @staticmethod
    def _acting(caller: Caller) -> contextlib.AbstractContextManager[None]:
        return context.entered(CallContext(caller=caller))


def _licence_of(number: int, country: str) -> SubmitLicence:
    return SubmitLicence(
        number=f"DEMO-{number}",
        issuing_body="Chamber of demo data",
        country=country,
        expires_on=utc_now().date() + LICENSED_FOR,
    )
