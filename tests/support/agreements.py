"""What people agree to at sign-up, in the versions that are in force in tests."""

from __future__ import annotations

from dataclasses import asdict

from chassis.settings import FIRST_VERSION
from contracts.profiles.consents import AgreedTo

AGREED = AgreedTo(terms=FIRST_VERSION, health_data=FIRST_VERSION)
AGREED_TO = asdict(AGREED)
"""The same in JSON."""
