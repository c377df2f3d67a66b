"""The profiles service, composed of its parts."""

from services.profiles.accounts.password_service import Passwords
from services.profiles.accounts.service import Accounts
from services.profiles.audit.service import Audit
from services.profiles.consents.service import Consents
from services.profiles.discovery.service import Discovery
from services.profiles.featuring.service import Featuring
from services.profiles.licences.service import Licences
from services.profiles.names.service import Names
from services.profiles.preferences.service import AccountPreferences
from services.profiles.privacy.service import Privacy
from services.profiles.retention import Retention
from services.profiles.second_factors.service import SecondFactors
from services.profiles.sessions.service import Sessions
from services.profiles.specialists.service import Specialists


class ProfilesService(
    Accounts,
    Passwords,
    Sessions,
    SecondFactors,
    AccountPreferences,
    Consents,
    Specialists,
    Licences,
    Names,
    Discovery,
    Featuring,
    Privacy,
    Audit,
    Retention,
):
    name = "profiles"
