"""The operator's settings that profiles needs: the site's name, and the versions in force."""

from __future__ import annotations

from typing import Any

from nameko.extensions import DependencyProvider

from contracts.profiles.consents import Agreements


class SiteSettings(DependencyProvider):
    """``name``: ``FIRSTSTEP_SITE_NAME``; ``agreements``: what is agreed to at sign-up."""

    name: str
    agreements: Agreements

    def setup(self) -> None:
        config = self.container.config
        self.name = config["SITE_NAME"]
        self.agreements = Agreements(
            terms=config["TERMS_VERSION"], health_data=config["HEALTH_DATA_VERSION"]
        )

    def get_dependency(self, worker_ctx: Any) -> SiteSettings:
        return self
