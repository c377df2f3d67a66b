"""The gateway: every part of the API under one name."""

from gateway.api.accounts import AccountsApi
from gateway.api.articles import ArticlesApi
from gateway.api.availability import AvailabilityApi
from gateway.api.consultations import ConsultationsApi
from gateway.api.featuring import FeaturingApi
from gateway.api.health import HealthApi
from gateway.api.notifications import NotificationsApi
from gateway.api.specialists import SpecialistsApi
from gateway.docs import Docs


class Gateway(
    AccountsApi,
    SpecialistsApi,
    FeaturingApi,
    AvailabilityApi,
    ConsultationsApi,
    NotificationsApi,
    ArticlesApi,
    HealthApi,
    Docs,
):
    name = "gateway"
    max_workers = 200  # each waits for a service most of its time
