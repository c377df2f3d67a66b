"""What profiles can be asked about sessions, and what it does about them on a clock."""

from __future__ import annotations

from uuid import UUID

from chassis import context
from chassis.clock import every
from chassis.errors import NotFound
from chassis.idempotency import answering_nobody
from chassis.rpc import rpc
from chassis.times import utc_now
from chassis.transaction import Transaction
from contracts.profiles import sessions as contract
from contracts.profiles.second_factors import WrongCode
from contracts.profiles.sessions import (
    BadRefreshToken,
    LogIn,
    OpenSessions,
    Refresh,
    RefreshTokenReused,
    TokenKeys,
    WrongCredentials,
)
from services.profiles import audit, guesses
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account, normalised
from services.profiles.accounts.knowing import Knowing
from services.profiles.accounts.queries import account_with
from services.profiles.audit import What
from services.profiles.second_factors.second_factors import has_second_factor
from services.profiles.sessions import signing_keys
from services.profiles.sessions.issuing import issue
from services.profiles.sessions.queries import (
    end_sessions,
    forget_old_sessions,
    is_familiar,
    open_sessions,
)
from services.profiles.sessions.sessions import RefreshToken, Session, hash_of


class Sessions(Knowing):
    @rpc
    def log_in(self, log_in: LogIn) -> contract.Session:
        now, here, email = utc_now(), context.current(), normalised(log_in.email)
        with self.store.reading() as reading:
            account = account_with(reading, log_in.email)
            if account is not None and not account.verified:
                account = None  # answered as an unknown address is
            familiar = account is not None and is_familiar(reading, account.id, here.address, now)
        guess = self.guesses.of(guesses.PASSWORD, email, here.address, familiar)
        try:
            match = passwords.matches(
                log_in.password, account.password_hash if account else None, guess
            )
            if account is None or not match:
                raise WrongCredentials
            self.guesses.of(guesses.SESSION, email, here.address, familiar).count()
            if log_in.code is not None:
                self.guesses.of(guesses.CODE, account.id, here.address, familiar).count()
            return self._begin(account, log_in.code, match.rehash)
        except (WrongCredentials, WrongCode):
            self._note_failure(account, email)
            raise

    def _begin(self, checked: Account, code: str | None, rehash: str | None) -> contract.Session:
        now, here = utc_now(), context.current()
        with self.store.transaction() as tx:
            account = self._still_there(tx, checked)
            if account.password_hash not in (checked.password_hash, rehash):
                raise WrongCredentials  # the password was changed meanwhile
            account.password_hash = rehash or account.password_hash
            if has_second_factor(tx, account.id):
                self.use_code(tx, account.id, code)
            session = Session.begin(account.id, here.address, here.agent, now)
            tx.add(session)
            return tx.reply(issue(tx, self.seals.signing_keys, account, session, now))

    def _still_there(self, tx: Transaction, checked: Account) -> Account:
        try:
            return tx.lock(Account, checked.id)
        except NotFound:  # erased meanwhile
            raise WrongCredentials from None

    def _note_failure(self, account: Account | None, email: str) -> None:
        stranger = self.seals.audit.digest(email)
        with answering_nobody(), self.store.transaction() as tx:
            audit.record(
                tx,
                What.SIGN_IN_FAILED,
                about=account.id if account else None,
                stranger=None if account else stranger,
            )

    @rpc
    def refresh_session(self, refresh: Refresh) -> contract.Session:
        """Another pair of tokens for the refresh token given out last. One that was used before
        ends the session: either it was stolen, or the one that followed it."""
        try:
            return self._refresh(refresh.refresh_token)
        except RefreshTokenReused:
            self._end_stolen(refresh.refresh_token)
            raise

    def _refresh(self, secret: str) -> contract.Session:
        now, here = utc_now(), context.current()
        with self.store.transaction() as tx:
            known = tx.get(RefreshToken, hash_of(secret))
            if known is None:
                raise BadRefreshToken
            try:
                session = tx.lock(Session, known.session_id)
                token = tx.lock(RefreshToken, known.hash)
                account = tx.find(Account, session.account_id)
            except NotFound:  # erased meanwhile
                raise BadRefreshToken from None
            session.refresh(token, here.address, here.agent, now)
            return tx.reply(issue(tx, self.seals.signing_keys, account, session, now))

    def _end_stolen(self, secret: str) -> None:
        with answering_nobody(), self.store.transaction() as tx:
            session = tx.lock(Session, tx.find(RefreshToken, hash_of(secret)).session_id)
            session.end(utc_now())
            audit.record(tx, What.REFRESH_TOKEN_REUSED, about=session.account_id)

    @rpc
    def list_sessions(self) -> OpenSessions:
        mine = open_sessions(self.caller.known(), utc_now())
        with self.store.reading() as reading:
            found = reading.scalars(mine)
            return OpenSessions(items=[each.to_resource(self.caller.session_id) for each in found])

    @rpc
    def end_session(self, session_id: UUID) -> None:
        return self._end(session_id)

    @rpc
    def log_out(self) -> None:
        self.caller.known()
        if self.caller.session_id is None:
            raise NotFound("this token belongs to no session")
        return self._end(self.caller.session_id)

    def _end(self, session_id: UUID) -> None:
        account_id = self.caller.known()
        with self.store.transaction() as tx:
            session = tx.lock(Session, session_id)
            session.require_of(account_id)
            session.end(utc_now())
            return tx.reply(None)

    @rpc
    def log_out_everywhere(self) -> None:
        with self.store.transaction() as tx:
            end_sessions(tx, self.caller.known(), utc_now())
            return tx.reply(None)

    @rpc
    def get_token_keys(self) -> TokenKeys:
        """The public keys that verify access tokens, those that will sign soon among them."""
        with self.store.reading() as reading:
            keys = signing_keys.public_keys(reading)
        if keys:
            return TokenKeys(keys=keys)
        with self.store.transaction() as tx:
            signing_keys.rotate(tx, self.seals.signing_keys, utc_now())
            return tx.reply(TokenKeys(keys=signing_keys.public_keys(tx)))

    @every(minutes=5)
    def rotate_signing_keys(self) -> None:
        with self.store.transaction() as tx:
            signing_keys.rotate(tx, self.seals.signing_keys, utc_now())

    @every(hours=1)
    def forget_sessions(self) -> None:
        with self.store.transaction() as tx:
            forget_old_sessions(tx, utc_now())
