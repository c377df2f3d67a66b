"""RPC method of consents: the versions in force."""

from __future__ import annotations

from chassis.rpc.server import rpc
from contracts.profiles.consents import Agreements
from services.profiles import dependencies


class Consents:
    site = dependencies.site

    @rpc
    def get_agreements(self) -> Agreements:
        return self.site.agreements
