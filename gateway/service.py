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
from gateway.site.articles import ArticlePages
from gateway.site.assets import Assets
from gateway.site.booking import BookingPages
from gateway.site.booking_sign_up import BookingSignUpPages
from gateway.site.calendar_feeds import CalendarFeedPages
from gateway.site.consultation_afterwards import ConsultationAfterwardsPages
from gateway.site.consultation_changes import ConsultationChangePages
from gateway.site.consultations import ConsultationPages
from gateway.site.desk import DeskPages
from gateway.site.email_changes import EmailChangePages
from gateway.site.find import FindPages
from gateway.site.help_now import HelpNowPages
from gateway.site.home import HomePages
from gateway.site.information import InformationPages
from gateway.site.live import LivePages
from gateway.site.moving import MovingPages
from gateway.site.notice_pages import NoticePages
from gateway.site.offline import OfflinePages
from gateway.site.open_sessions import OpenSessionPages
from gateway.site.own_calendars import OwnCalendarPages
from gateway.site.own_hours import OwnHoursPages
from gateway.site.own_licence import OwnLicencePages
from gateway.site.own_profile import OwnProfilePages
from gateway.site.passwords import PasswordPages
from gateway.site.privacy import PrivacyPages
from gateway.site.second_factors import SecondFactorPages
from gateway.site.sessions import SessionPages
from gateway.site.settings import SettingsPages
from gateway.site.sign_ups import SignUpPages
from gateway.site.sitemap import Sitemap
from gateway.site.specialists import SpecialistPages
from gateway.site.verification import VerificationPages
from gateway.site.waitlist import WaitlistPages


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
):
    name = "gateway"
    max_workers = 200  # each waits for a service most of its time
