"""RPC client of profiles; its methods are declared by subject in the two modules imported here."""

from __future__ import annotations

from contracts.rpc.profiles_accounts import ProfilesAccounts
from contracts.rpc.profiles_specialists import ProfilesSpecialists


class Profiles(ProfilesAccounts, ProfilesSpecialists):
    service = "profiles"
