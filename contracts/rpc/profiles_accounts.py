"""RPC methods of profiles about accounts: sign-up, sessions, second factors, personal data."""

from __future__ import annotations

from uuid import UUID

from chassis.rpc.client import RpcClient, Wire
from contracts.half_hours import HeldHalfHour
from contracts.profiles.accounts import (
    Account,
    ChangeAccount,
    ChangeEmail,
    ChangePassword,
    EmailLink,
    ReadEmailLink,
    RequestEmailVerification,
    RequestPasswordReset,
    ResetPassword,
    SignedUp,
    SignUp,
    StopEmailChange,
    VerifyEmail,
)
from contracts.profiles.consents import Agreements
from contracts.profiles.names import Names, NamesWanted
from contracts.profiles.preferences import Preferences
from contracts.profiles.privacy import EraseAccount, Erasure, ProfilesData
from contracts.profiles.second_factors import (
    BeginTotp,
    ConfirmTotp,
    RecoveryCodes,
    RemoveTotp,
    RenewRecoveryCodes,
    Totp,
)
from contracts.profiles.sessions import (
    Confirmed,
    FinishLogIn,
    LogIn,
    OpenSessions,
    Refresh,
    Refused,
    Revocations,
    Session,
    TokenKeys,
)


class ProfilesAccounts(RpcClient):
    # Accounts

    def sign_up(self, *, sign_up: SignUp, half_hour: HeldHalfHour | None = None) -> Wire[SignedUp]:
        """Mail a link to the address. The result is the same whether or not it has an account.
        ``half_hour``: the half hour that booking holds for the sign-up; the mail names it."""

    def request_email_verification(
        self, *, request: RequestEmailVerification, half_hour: HeldHalfHour | None = None
    ) -> None: ...

    def get_email_link(self, *, link: ReadEmailLink) -> Wire[EmailLink]:
        """Read what ``verify_email`` would do with this link, without doing it. Raises the refusals
        of a link."""

    def verify_email(self, *, verify: VerifyEmail) -> Wire[Confirmed]:
        """Confirm an address. The link of a sign-up makes the account and a session, the link of a
        change of address makes neither."""

    def get_agreements(self) -> Wire[Agreements]: ...

    def get_me(self) -> Wire[Account]: ...

    def change_me(self, *, change: ChangeAccount) -> Wire[Account]: ...

    def change_email(self, *, change: ChangeEmail) -> None:
        """Mail a link to the new address, and a notice to the present one."""

    def stop_my_email_change(self) -> None: ...

    def stop_email_change(self, *, stop: StopEmailChange) -> None:
        """By the link in the mail to the present address."""

    def change_password(self, *, change: ChangePassword) -> None: ...

    def request_password_reset(self, *, request: RequestPasswordReset) -> None: ...

    def reset_password(self, *, reset: ResetPassword) -> None: ...

    # Sessions

    def log_in(self, *, log_in: LogIn) -> Wire[Session]: ...

    def finish_log_in(self, *, finish: FinishLogIn) -> Wire[Session]:
        """Finish a log-in: the challenge of its password, and a code."""

    def refresh_session(self, *, refresh: Refresh) -> Wire[Session]: ...

    def list_sessions(self) -> Wire[OpenSessions]: ...

    def end_session(self, *, session_id: UUID) -> None: ...

    def log_out(self) -> None: ...

    def log_out_everywhere(self) -> None: ...

    def log_out_elsewhere(self) -> None:
        """End all sessions but the caller's."""

    def list_revocations(self) -> Wire[Revocations]:
        """All that concern access tokens which have not expired."""

    def get_token_keys(self) -> Wire[TokenKeys]:
        """The public keys that verify access tokens."""

    def record_refusal(self, *, refused: Refused) -> None:
        """Write into the audit log that the caller was refused with 403."""

    # Second factors

    def begin_totp(self, *, begin: BeginTotp) -> Wire[Totp]: ...

    def confirm_totp(self, *, confirm: ConfirmTotp) -> Wire[RecoveryCodes]: ...

    def remove_totp(self, *, remove: RemoveTotp) -> None: ...

    def renew_recovery_codes(self, *, renew: RenewRecoveryCodes) -> Wire[RecoveryCodes]: ...

    # Preferences, names and personal data

    def get_preferences(self) -> Wire[Preferences]: ...

    def set_preferences(self, *, preferences: Preferences) -> Wire[Preferences]: ...

    def names_of(self, *, wanted: NamesWanted) -> Wire[Names]:
        """Display names and photos; ids without an account are left out."""

    def export_personal_data(self) -> Wire[ProfilesData]: ...

    def erase_account(self, *, erasure: EraseAccount) -> Wire[Erasure]: ...

    def get_erasure(self, *, erasure_id: UUID) -> Wire[Erasure]: ...
