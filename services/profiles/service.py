"""Profiles: all of its parts under one name."""

from services.profiles.accounts.service import Accounts
from services.profiles.discovery.service import Discovery
from services.profiles.featuring.service import Featuring
from services.profiles.privacy.service import Privacy
from services.profiles.specialists.service import Specialists


class ProfilesService(Accounts, Specialists, Discovery, Featuring, Privacy):
    name = "profiles"
