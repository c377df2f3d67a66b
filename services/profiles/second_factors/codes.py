"""Generation of TOTP secrets and recovery codes."""

from __future__ import annotations

import base64
import secrets

import pyotp

from contracts.profiles.second_factors import RecoveryCodes, Totp

RECOVERY_CODES = 10
RECOVERY_CODE_BYTES = 10
GROUP = 4


def new_totp(email: str, site_name: str) -> Totp:
    """A TOTP secret of 160 bits, as RFC 4226 recommends; authenticators show the site's name and
    the address."""
    secret = pyotp.random_base32()
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=site_name)
    return Totp(secret=secret, uri=uri)


def new_recovery_codes() -> RecoveryCodes:
    return RecoveryCodes(codes=[_recovery_code() for _ in range(RECOVERY_CODES)])


def _recovery_code() -> str:
    """A recovery code: 80 bits in four groups, ``abcd-efgh-…``."""
    code = base64.b32encode(secrets.token_bytes(RECOVERY_CODE_BYTES)).decode().lower()
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
