"""The gateway: every part of the API under one name."""

from gateway.api.accounts import AccountsApi
from gateway.api.articles import ArticlesApi
from gateway.api.availability import AvailabilityApi
from gateway.api.calendars import CalendarsApi
from gateway.api.consultations import ConsultationsApi
from gateway.api.external_calendars import ExternalCalendarsApi
from gateway.api.featuring import FeaturingApi
from gateway.api.figures import FiguresApi
from gateway.api.health import HealthApi
from gateway.api.helplines import HelplinesApi
from gateway.api.licences import LicencesApi
from gateway.api.notifications import NotificationsApi
from gateway.api.photos import PhotosApi
from gateway.api.preferences import PreferencesApi
from gateway.api.privacy import PrivacyApi
from gateway.api.second_factors import SecondFactorsApi
from gateway.api.sessions import SessionsApi
from gateway.api.sign_ups import SignUpsApi
from gateway.api.specialists import SpecialistsApi
from gateway.api.vocabulary import VocabularyApi
from gateway.api.waitlist import WaitlistApi
from gateway.docs.pages import Docs
from gateway.site import template_functions  # noqa: F401  # registers them
from gateway.site.account.email_changes import EmailChangePages
from gateway.site.account.passwords import PasswordPages
from gateway.site.account.sessions import SessionPages
from gateway.site.account.sign_ups import SignUpPages
from gateway.site.account.verification import VerificationPages
from gateway.site.admin.licences import AdminLicencePages
from gateway.site.admin.overview import AdminPages
from gateway.site.articles.articles import ArticlePages
from gateway.site.booking.booking import BookingPages
from gateway.site.booking.sign_up import BookingSignUpPages
from gateway.site.consultations.afterwards import ConsultationAfterwardsPages
from gateway.site.consultations.changes import ConsultationChangePages
from gateway.site.consultations.consultations import ConsultationPages
from gateway.site.consultations.moving import MovingPages
from gateway.site.desk.calendars import OwnCalendarPages
from gateway.site.desk.desk import DeskPages
from gateway.site.desk.hours import OwnHoursPages
from gateway.site.desk.licence import OwnLicencePages
from gateway.site.desk.profile import OwnProfilePages
from gateway.site.editing.editing import EditingPages
from gateway.site.help.help_now import HelpNowPages
from gateway.site.home.home import HomePages
from gateway.site.information.information import InformationPages
from gateway.site.information.offline import OfflinePages
from gateway.site.information.sitemap import Sitemap
from gateway.site.look.assets import Assets
from gateway.site.notices.live import LivePages
from gateway.site.notices.pages import NoticePages
from gateway.site.settings.calendar_feeds import CalendarFeedPages
from gateway.site.settings.open_sessions import OpenSessionPages
from gateway.site.settings.privacy import PrivacyPages
from gateway.site.settings.second_factors import SecondFactorPages
from gateway.site.settings.settings import SettingsPages
from gateway.site.specialists.find import FindPages
from gateway.site.specialists.specialists import SpecialistPages
from gateway.site.waitlist.waitlist import WaitlistPages


class Gateway(
    AccountsApi,
    SignUpsApi,
    SessionsApi,
    SecondFactorsApi,
    PreferencesApi,
    PrivacyApi,
    SpecialistsApi,
    PhotosApi,
    LicencesApi,
    VocabularyApi,
    HelplinesApi,
    FeaturingApi,
    AvailabilityApi,
    ConsultationsApi,
    WaitlistApi,
    CalendarsApi,
    ExternalCalendarsApi,
    FiguresApi,
    NotificationsApi,
    ArticlesApi,
    HealthApi,
    Docs,
    Assets,
    LivePages,
    OfflinePages,
    HomePages,
    HelpNowPages,
    ArticlePages,
    InformationPages,
    Sitemap,
    SessionPages,
    BookingPages,
    BookingSignUpPages,
    ConsultationAfterwardsPages,
    ConsultationChangePages,
    ConsultationPages,
    MovingPages,
    NoticePages,
    WaitlistPages,
    FindPages,
    SignUpPages,
    VerificationPages,
    PasswordPages,
    EmailChangePages,
    SettingsPages,
    SecondFactorPages,
    OpenSessionPages,
    CalendarFeedPages,
    PrivacyPages,
    SpecialistPages,
    DeskPages,
    OwnProfilePages,
    OwnLicencePages,
    OwnHoursPages,
    OwnCalendarPages,
    EditingPages,
    AdminPages,
    AdminLicencePages,
):
    name = "gateway"
    max_workers = 200  # each waits for a service most of its time
