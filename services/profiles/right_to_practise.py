"""The rule of the right to practise: which specialists may meet clients. Pure.

The right ends when

- a verified licence is withdrawn, or expires with no renewal waiting for an admin, or expires
  and the renewal is declined (``Licence`` calls ``Specialist.apply_licence``);
- the role ``specialist`` is revoked, or the account is suspended (``Account`` calls
  ``Specialist.apply_account``);
- the account is erased (``AccountErased``).

Unlisting does not end it: it closes new bookings. The right comes back when a licence is verified,
the role granted or the account restored, unless another condition is not met.

Each change is announced as ``RightToPractiseChanged``. Booking acts on it: see
``services/booking/right_to_practise/``.
"""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from contracts.profiles.right_to_practise import Standing

RENEWABLE = (Standing.RENEWAL_WAITING, Standing.LICENCE_EXPIRED)
"""Standings after an expiry until an admin decides."""


def standing_of(suspended: bool, role_revoked: bool, licence: Standing) -> Standing:
    """The standing that follows, the account before the licence. ``licence``: how the last verified
    licence ended, or ``GOOD``."""
    if suspended:
        return Standing.ACCOUNT_SUSPENDED
    if role_revoked:
        return Standing.ROLE_REVOKED
    return licence


class RightToPractise:
    """The columns of a ``Specialist`` that the right follows from, and the last announced standing.

    ``licence_standing``: how the last verified licence ended; ``GOOD`` while one is in force, and
    before the first one, which listing needs.
    """

    suspended: Mapped[bool] = mapped_column(default=False)
    role_revoked: Mapped[bool] = mapped_column(default=False)
    licence_standing: Mapped[str] = mapped_column(default=Standing.GOOD)
    standing: Mapped[str] = mapped_column(default=Standing.GOOD)

    @property
    def barred(self) -> bool:
        """Whether the account is not allowed to practise, whatever the licence."""
        return self.suspended or self.role_revoked

    @property
    def has_expired_licence(self) -> bool:
        """Whether the last verified licence expired and no admin has decided since."""
        return self.licence_standing in RENEWABLE

    def review_standing(self) -> Standing | None:
        """The new standing, where it differs from the announced one."""
        licence = Standing(self.licence_standing)
        standing = standing_of(self.suspended, self.role_revoked, licence)
        if standing == self.standing:
            return None
        self.standing = standing
        return standing
