"""How specialists are found."""

from __future__ import annotations

from sqlalchemy import select

from chassis.pages import Page, PageQuery, newest_first
from chassis.rpc import rpc
from contracts.profiles import specialists as contract
from contracts.profiles.specialists import SpecialistStatus
from services.profiles.part import Part
from services.profiles.specialists.specialists import Specialist


class Discovery(Part):
    @rpc
    def list_specialists(self, page: PageQuery) -> Page[contract.Specialist]:
        listed = select(Specialist).where(Specialist.status == SpecialistStatus.LISTED)
        with self.store.reading() as session:
            return newest_first(session, listed, Specialist.id, page, Specialist.to_resource)
