"""The declarative base of the booking database."""

from sqlalchemy.orm import DeclarativeBase

from chassis.database.tables import COLUMN_TYPES, service_metadata


class Base(DeclarativeBase):
    metadata = service_metadata()
    type_annotation_map = COLUMN_TYPES
