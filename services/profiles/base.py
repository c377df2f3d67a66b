"""The declarative base of the profiles database."""

from sqlalchemy.orm import DeclarativeBase

from chassis.database.event_log import with_event_log
from chassis.database.tables import COLUMN_TYPES, service_metadata
from contracts.profiles.featuring import FEED


class Base(DeclarativeBase):
    metadata = with_event_log(service_metadata(), FEED)
    type_annotation_map = COLUMN_TYPES
