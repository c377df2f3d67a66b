"""The Consent: a text that the owner of an account agreed to, its version, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from chassis.errors import FieldError
from contracts.profiles import consents as contract
from contracts.profiles.accounts import SignUpRole
from contracts.profiles.consents import AgreedTo, AgreementNeeded, Agreements, ConsentKind
from services.profiles.base import Base


class Consent(Base):
    """Append-only: it proves the agreement (GDPR, article 7) until the account is erased."""

    __tablename__ = "consents"

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    agreed_at: Mapped[datetime]

    @classmethod
    def given(cls, account_id: UUID, versions: Mapping[str, str], at: datetime) -> list[Consent]:
        """The consents of a sign-up that became an account; ``versions``: by kind."""
        return [
            cls(account_id=account_id, kind=kind, version=version, agreed_at=at)
            for kind, version in versions.items()
        ]

    def to_resource(self) -> contract.Consent:
        return contract.Consent(
            kind=ConsentKind(self.kind), version=self.version, agreed_at=self.agreed_at
        )


def require_agreed(agreed_to: AgreedTo, role: SignUpRole, in_force: Agreements) -> None:
    """Raises ``AgreementNeeded`` with the version in force of each text that is missing or
    outdated. A specialist needs no consent to health data, but may give it."""
    errors = [
        FieldError(f"agreed_to.{kind}", f"Must be {version!r}, the version in force.", given)
        for kind, version in vars(in_force).items()
        if (given := getattr(agreed_to, kind)) != version
        and (given is not None or role is SignUpRole.CLIENT)
    ]
    if errors:
        raise AgreementNeeded(errors=errors)
