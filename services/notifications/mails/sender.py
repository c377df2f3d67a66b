"""The sender of mails: the site's name (``FIRSTSTEP_SITE_NAME``) and ``FIRSTSTEP_SENDER``."""

from __future__ import annotations

from dataclasses import dataclass
from email.headerregistry import Address
from typing import Any, cast

from nameko.extensions import DependencyProvider


@dataclass(frozen=True)
class Sender:
    """``site_name``: also the signature under each mail that is not discreet."""

    site_name: str
    address: str

    @property
    def domain(self) -> str:
        return self.address.rpartition("@")[2]

    def named(self, name: str) -> Address:
        """The address under this name, for the ``From`` of a mail."""
        return Address(display_name=name, addr_spec=self.address)


class _ConfiguredSender(DependencyProvider):
    def get_dependency(self, worker_ctx: Any) -> Sender:
        config = self.container.config
        return Sender(config["SITE_NAME"], config["SENDER"])


def sender_of_mails() -> Sender:
    """A service's dependency on the sender that the operator configured."""
    return cast(Sender, _ConfiguredSender())
