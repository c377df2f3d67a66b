"""Links that mails bear, to where people reach the site: ``FIRSTSTEP_URL``.

A token stands behind the ``#``: browsers send that part to no server, and no log has it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from nameko.extensions import DependencyProvider


class Links(DependencyProvider):
    def setup(self) -> None:
        self._url: str = self.container.config["URL"]

    def get_dependency(self, worker_ctx: Any) -> Links:
        return self

    def verify_email(self, token: str) -> str:
        return f"{self._url}/verify-email#token={quote(token, safe='')}"

    def reset_password(self, token: str) -> str:
        return f"{self._url}/reset-password#token={quote(token, safe='')}"

    def stop_email_change(self, token: str) -> str:
        return f"{self._url}/stop-email-change#token={quote(token, safe='')}"
