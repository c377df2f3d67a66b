"""The notifications service, composed of its parts."""

from services.notifications.accounts.service import Accounts
from services.notifications.consultations.service import Consultations
from services.notifications.mails.service import Mails
from services.notifications.notices.service import Notices
from services.notifications.preferences.service import AccountPreferences
from services.notifications.privacy.service import Privacy
from services.notifications.retention import Retention
from services.notifications.specialists.service import Specialists


class NotificationsService(
    Notices,
    Accounts,
    AccountPreferences,
    Consultations,
    Specialists,
    Mails,
    Privacy,
    Retention,
):
    name = "notifications"
