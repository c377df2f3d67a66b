"""Links to the site (``FIRSTSTEP_URL``) in mails.

A token is in the query: pages without scripts can read it there. The gateway's log leaves it out.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from nameko.extensions import DependencyProvider

from contracts.profiles.preferences import PATH_PREFIXES, Language


class SiteUrls(DependencyProvider):
    def __init__(self, url: str = "") -> None:
        self._url = url

    def setup(self) -> None:
        self._url = self.container.config["URL"]

    def get_dependency(self, worker_ctx: Any) -> SiteUrls:
        return self

    def read_in(self, language: Language) -> SiteUrls:
        """The links of the pages in the reader's language."""
        return SiteUrls(f"{self._url}{PATH_PREFIXES[language]}")

    def consultation(self, consultation_id: UUID) -> str:
        return f"{self._url}/consultations/{consultation_id}"

    def specialists(self) -> str:
        """The search for specialists."""
        return f"{self._url}/specialists"

    def held_slots(self) -> str:
        """The page of slots that are held for the reader."""
        return f"{self._url}/waitlist"

    def verify_email(self, token: str) -> str:
        return f"{self._url}/verify-email?token={quote(token, safe='')}"

    def reset_password(self, token: str) -> str:
        return f"{self._url}/reset-password?token={quote(token, safe='')}"

    def stop_email_change(self, token: str) -> str:
        return f"{self._url}/stop-email-change?token={quote(token, safe='')}"
