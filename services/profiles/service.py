"""What profiles can be asked, what it listens to, what it does on a clock."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from chassis.clock import every
from chassis.container import caller_of_this
from chassis.errors import NotFound
from chassis.pages import Page, PageQuery, newest_first
from chassis.rpc import rpc
from chassis.store import Store
from chassis.subscribe import subscribe
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts import profiles as contract
from contracts.booking import AvailabilityChanged
from contracts.profiles import (
    ChangeProfile,
    LogIn,
    Role,
    Session,
    SignUp,
    SpecialistStatus,
    WriteProfile,
    WrongCredentials,
)
from services.profiles import passwords, queries
from services.profiles.accounts import Account, normalised
from services.profiles.base import Base
from services.profiles.specialists import Specialist
from services.profiles.tokens import Tokens


class ProfilesService:
    name = "profiles"
    store = Store(Base)
    tokens = Tokens()
    caller = caller_of_this()

    # Accounts

    @rpc
    def sign_up(self, sign_up: SignUp) -> contract.Account:
        password_hash = passwords.hashed(sign_up.password)
        with self.store.transaction() as tx:
            account, event = Account.register(
                sign_up.email,
                sign_up.display_name,
                Role(sign_up.role),
                password_hash,
                utc_now(),
            )
            tx.add(account)
            tx.emit(event)
            return tx.reply(account.to_resource())

    @rpc
    def log_in(self, log_in: LogIn) -> Session:
        with self.store.reading() as session:
            account = session.scalar(
                select(Account).where(Account.email == normalised(log_in.email))
            )
        if not passwords.matches(log_in.password, account.password_hash if account else None):
            raise WrongCredentials
        assert account is not None
        return self.tokens.issue(account.as_caller(), utc_now())

    @rpc
    def get_token_keys(self) -> dict[str, Any]:
        """The public keys that verify access tokens, as a JWK set."""
        return self.tokens.public_keys()

    @rpc
    def get_me(self) -> contract.Account:
        with self.store.reading() as session:
            account = session.get(Account, self.caller.known())
        if account is None:
            raise NotFound("this account is no more")
        return account.to_resource()

    # Specialists

    @rpc
    def write_profile(self, profile: WriteProfile) -> contract.Specialist:
        account_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.transaction() as tx:
            specialist = tx.lock_or_create(Specialist, account_id)
            specialist.write(profile)
            return tx.reply(specialist.to_resource())

    @rpc
    def change_profile(self, change: ChangeProfile) -> contract.Specialist:
        account_id = self.caller.with_role(Role.SPECIALIST)
        with self.store.transaction() as tx:
            specialist = tx.lock_or_create(Specialist, account_id)
            tx.emit(*specialist.change(change, utc_now()))
            return tx.reply(specialist.to_resource())

    @rpc
    def get_my_profile(self) -> contract.Specialist:
        specialist = self._specialist(self.caller.with_role(Role.SPECIALIST))
        specialist.require_written()
        return specialist.to_resource()

    @rpc
    def get_specialist(self, specialist_id: UUID) -> contract.Specialist:
        specialist = self._specialist(specialist_id)
        if not specialist.listed:
            raise NotFound(f"there is no specialist {specialist_id}")
        return specialist.to_resource()

    @rpc
    def list_specialists(self, page: PageQuery) -> Page[contract.Specialist]:
        return self._page(Specialist.status == SpecialistStatus.LISTED, page)

    @rpc
    def list_featured(self, page: PageQuery) -> Page[contract.Specialist]:
        return self._page(Specialist.featured.is_(True), page)

    def _specialist(self, specialist_id: UUID) -> Specialist:
        with self.store.reading() as session:
            specialist = session.get(Specialist, specialist_id)
        if specialist is None:
            raise NotFound(f"there is no specialist {specialist_id}")
        return specialist

    def _page(self, condition: Any, page: PageQuery) -> Page[contract.Specialist]:
        with self.store.reading() as session:
            query = select(Specialist).where(condition)
            return newest_first(session, query, Specialist.id, page, Specialist.to_resource)

    # What happens elsewhere, and with time

    @subscribe(AvailabilityChanged)
    def learn_availability(self, event: AvailabilityChanged, tx: Transaction) -> None:
        specialist = tx.lock_or_create(Specialist, event.specialist_id)
        tx.emit(*specialist.learn_availability(event, utc_now()))

    @every(minutes=1)
    def review_featuring(self) -> None:
        """Time alone makes the truth about featuring change: a slot comes near, or passes."""
        now = utc_now()
        with self.store.reading() as session:
            doubtful = list(session.scalars(queries.featuring_in_doubt(now)))
        for specialist_id in doubtful:
            with self.store.transaction() as tx:
                tx.emit(*tx.lock(Specialist, specialist_id).review_featuring(now))
