"""The right to practise: the one rule that says who may meet clients, and what ends it. Pure.

It ends when

- a licence that was verified is withdrawn, or expires with no renewal waiting for an admin, or
  expires and the renewal is declined (``Licence`` says so to ``Specialist.apply_licence``);
- the role ``specialist`` is revoked, or the account is suspended (``Account`` says so to
  ``Specialist.apply_account``);
- the account is erased (``AccountErased``: nothing is left that could have a standing).

Unlisting oneself ends nothing: it closes new bookings. What ended comes back when a licence is
verified, the role is granted, the account is restored, as far as nothing else stands against it.

Each change is told as ``RightToPractiseChanged``. Booking acts on it: see
``services/booking/right_to_practise/``.
"""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from contracts.profiles.right_to_practise import Standing

RENEWABLE = (Standing.RENEWAL_WAITING, Standing.LICENCE_EXPIRED)
"""What an expired licence leaves behind until an admin decides."""


def standing_of(suspended: bool, role_revoked: bool, licence: Standing) -> Standing:
    """What stands against the right, the account before the licence; ``licence``: how the last
    verified one ended, or ``GOOD``."""
    if suspended:
        return Standing.ACCOUNT_SUSPENDED
    if role_revoked:
        return Standing.ROLE_REVOKED
    return licence


class RightToPractise:
    """The part of a ``Specialist`` that the right follows from, and what was told of it last.

    ``licence_standing``: how the last verified licence ended; ``GOOD`` while one is in force, and
    before the first one, which listing asks for.
    """

    suspended: Mapped[bool] = mapped_column(default=False)
    role_revoked: Mapped[bool] = mapped_column(default=False)
    licence_standing: Mapped[str] = mapped_column(default=Standing.GOOD)
    standing: Mapped[str] = mapped_column(default=Standing.GOOD)

    @property
    def barred(self) -> bool:
        """The account itself stands against listing, whatever the licence is."""
        return self.suspended or self.role_revoked

    @property
    def has_expired_licence(self) -> bool:
        """The last verified licence expired, and no admin has decided since."""
        return self.licence_standing in RENEWABLE

    def review_standing(self) -> Standing | None:
        """The standing, where it is another one than was told last."""
        licence = Standing(self.licence_standing)
        standing = standing_of(self.suspended, self.role_revoked, licence)
        if standing == self.standing:
            return None
        self.standing = standing
        return standing
