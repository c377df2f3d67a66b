"""RPC methods and schedules of sessions: log-in, refresh, log-out, revocations, keys."""

from __future__ import annotations

from uuid import UUID

from chassis import context, json
from chassis.database.transaction import Transaction
from chassis.errors import NotFound
from chassis.idempotency.keys import outside_call
from chassis.rpc.server import rpc
from chassis.scheduling.every import every
from chassis.schemas import Reading, load
from chassis.times import utc_now
from contracts.profiles import sessions as contract
from contracts.profiles.second_factors import CodesExhausted, WrongCode
from contracts.profiles.sessions import (
    BadRefreshToken,
    ChallengeVoid,
    FinishLogIn,
    LogIn,
    OpenSessions,
    Refresh,
    RefreshTokenReused,
    Revocations,
    SecondFactorRequired,
    Suspended,
    TokenKeys,
    WrongCredentials,
)
from services.profiles import guess_limits
from services.profiles.accounts import passwords
from services.profiles.accounts.accounts import Account, normalised
from services.profiles.accounts.queries import account_with
from services.profiles.accounts.reauthentication import Reauthentication
from services.profiles.audit import audit
from services.profiles.audit.audit import AuditedAction
from services.profiles.second_factors.second_factors import has_second_factor
from services.profiles.sessions import challenges, signing_keys
from services.profiles.sessions.issuing import begin_session, issue
from services.profiles.sessions.queries import (
    is_familiar,
    open_sessions,
    prune_answers,
    prune_sessions,
)
from services.profiles.sessions.revocations import (
    end_session,
    end_sessions,
    prune_revocations,
    revocations,
)
from services.profiles.sessions.sessions import RefreshToken, Session, hash_of


class Sessions(Reauthentication):
    @rpc
    def log_in(self, log_in: LogIn) -> contract.Session:
        self.store.raise_if_answered()  # a repeated call finds its code used
        now, here, email = utc_now(), context.current(), normalised(log_in.email)
        with self.store.reading() as reading:
            account = account_with(reading, log_in.email)
            if account is not None and not account.verified:
                account = None  # the answer is that of an unknown address
            familiar = account is not None and is_familiar(reading, account.id, here.address, now)
        attempt = self.guesses.of(guess_limits.PASSWORD, email, here.address, familiar)
        try:
            match = passwords.matches(
                log_in.password, account.password_hash if account else None, attempt
            )
            if account is None or not match:
                raise WrongCredentials
            account.require_not_suspended()
            self.guesses.of(guess_limits.SESSION, email, here.address, familiar).count()
            return self._begin(account, self.use_code(account.id, log_in.code), match.rehash)
        except SecondFactorRequired:
            assert account is not None
            challenge = challenges.to(account, self.seals.challenges, now)
            raise SecondFactorRequired.with_challenge(challenge) from None
        except (WrongCredentials, WrongCode, CodesExhausted, Suspended) as refusal:
            self._note_failure(account, email, refusal.code)
            raise

    @rpc
    def finish_log_in(self, finish: FinishLogIn) -> contract.Session:
        """Log in with the challenge of a right password, and a code. Raises ``ChallengeVoid``."""
        self.store.raise_if_answered()
        account_id, state = challenges.opened(finish.challenge, self.seals.challenges, utc_now())
        with self.store.reading() as reading:
            account = reading.get(Account, account_id)
        if account is None or account.state_of_log_in != state:
            raise ChallengeVoid
        try:
            account.require_not_suspended()
            return self._begin(account, self.use_code(account.id, finish.code), None)
        except (WrongCode, CodesExhausted, Suspended) as refusal:
            self._note_failure(account, normalised(account.email), refusal.code)
            raise

    def _begin(self, checked: Account, shown: bool, rehash: str | None) -> contract.Session:
        with self.store.transaction() as tx:
            account = self._still_there(tx, checked)
            if account.password_hash not in (checked.password_hash, rehash):
                raise WrongCredentials  # the password was changed meanwhile
            account.password_hash = rehash or account.password_hash
            if has_second_factor(tx, account.id) and not shown:  # it was set up meanwhile
                raise SecondFactorRequired
            seal = self.seals.signing_keys
            return tx.reply(begin_session(tx, seal, account, utc_now(), second_factor=shown))

    def _still_there(self, tx: Transaction, checked: Account) -> Account:
        try:
            return tx.lock(Account, checked.id)
        except NotFound:  # erased meanwhile
            raise WrongCredentials from None

    def _note_failure(self, account: Account | None, email: str, reason: str) -> None:
        stranger = self.seals.audit.digest(email)
        with outside_call(), self.store.transaction() as tx:
            audit.record(
                tx,
                AuditedAction.SIGN_IN_FAILED,
                about=account.id if account else None,
                detail=reason,
                stranger=None if account else stranger,
            )

    @rpc
    def refresh_session(self, refresh: Refresh) -> contract.Session:
        """A new pair of tokens for the last refresh token.

        A token that comes again within half a minute gets the same pair. Later it ends the session,
        since either it or its successor was stolen.
        """
        try:
            return self._refresh(refresh.refresh_token)
        except RefreshTokenReused:
            self._end_stolen(refresh.refresh_token)
            raise

    def _refresh(self, secret: str) -> contract.Session:
        """Refresh a session. The account is locked first, as wherever its rights change, so that
        the token's roles are true until it is issued.

        The answer is stored beside the token, not under the call's key: the token is the key. A
        call that the broker delivers again runs within its deadline, and so within ``GRACE``.
        """
        here = context.current()
        with outside_call(), self.store.transaction() as tx:
            known = tx.get(RefreshToken, hash_of(secret))
            of = None if known is None else tx.get(Session, known.session_id)
            if known is None or of is None:
                raise BadRefreshToken
            try:
                account = tx.lock(Account, of.account_id)
                session = tx.lock(Session, of.id)
                token = tx.lock(RefreshToken, known.hash)
            except NotFound:  # erased meanwhile
                raise BadRefreshToken from None
            now = account.tokens_good_from(utc_now())
            again = session.refresh(token, here.address, here.agent, now)
            if again is not None:
                kept = json.loads(self.seals.refreshed.open(again))
                return load(contract.Session, kept, Reading.WIRE)
            answer = issue(tx, self.seals.signing_keys, account, session, now)
            token.answer = self.seals.refreshed.close(json.dumps(answer))
            return answer

    def _end_stolen(self, secret: str) -> None:
        with outside_call(), self.store.transaction() as tx:
            session = tx.lock(Session, tx.find(RefreshToken, hash_of(secret)).session_id)
            end_session(tx, session, utc_now())
            audit.record(tx, AuditedAction.REFRESH_TOKEN_REUSED, about=session.account_id)

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
            raise NotFound("Your access token belongs to no session. Please log in again.")
        return self._end(self.caller.session_id)

    def _end(self, session_id: UUID) -> None:
        account_id = self.caller.known()
        with self.store.transaction() as tx:
            session = tx.lock(Session, session_id)
            session.require_of(account_id)
            end_session(tx, session, utc_now())
            return tx.reply(None)

    @rpc
    def log_out_everywhere(self) -> None:
        with self.store.transaction() as tx:
            end_sessions(tx, self.own_account(tx).id, utc_now())
            return tx.reply(None)

    @rpc
    def log_out_elsewhere(self) -> None:
        with self.store.transaction() as tx:
            account = self.own_account(tx)
            end_sessions(tx, account.id, utc_now(), but=self.caller.session_id)
            return tx.reply(None)

    @rpc
    def list_revocations(self) -> Revocations:
        """All revocations of tokens that have not expired, for gateways that may have missed
        some."""
        with self.store.reading() as session:
            found = session.scalars(revocations(utc_now()))
            return Revocations(items=[each.to_resource() for each in found])

    @rpc
    def get_token_keys(self) -> TokenKeys:
        """The public keys of access tokens, including those that will sign soon."""
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

    @every(seconds=10)
    def forget_what_is_over(self) -> None:
        """Delete answers to refresh tokens, and revocations, once they are of no use."""
        with self.store.transaction() as tx:
            prune_answers(tx, utc_now())
            prune_revocations(tx, utc_now())

    @every(minutes=5)
    def forget_sessions(self) -> None:
        with self.store.transaction() as tx:
            prune_sessions(tx, utc_now())
