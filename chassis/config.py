"""Settings, read once from ``FIRSTSTEP_*`` environment variables. What is wrong is named."""

from __future__ import annotations

import base64
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, EnvValidationError
from marshmallow import ValidationError, validate

from chassis.embedded import SCHEME as EMBEDDED

LARGEST_PORT = 65_535
LEVELS = ("debug", "info", "warning", "error")
TOKEN_KEY_BYTES = 32
PREFIX = "FIRSTSTEP_"
EMBEDDED_BROKER = f"{EMBEDDED}://here"
ADDRESS = re.compile(r"(?P<host>[^:\s]+|\[[0-9a-f:]+\]):(?P<port>\d{1,5})")
INHERITED = "fd://"
INHERITED_SOCKET = re.compile(rf"{INHERITED}\d{{1,9}}")
CREDENTIALS = re.compile(r"^([\w+.-]+://)?.*@", re.DOTALL)


class BadSettings(Exception):
    """One line for each variable that is broken or unknown."""


@dataclass(frozen=True)
class Settings:
    """What an operator may set; the meaning of each stands in ``read``."""

    http: str
    data: Path
    broker: str
    database: str
    mail: str
    url: str
    token_key: str
    log: str
    log_level: str

    @property
    def embedded(self) -> bool:
        """Whether everything runs in this one process. Only the wiring may ask."""
        return self.broker.startswith(EMBEDDED)


def read() -> Settings:
    """Raises ``BadSettings`` where a ``FIRSTSTEP_*`` variable is malformed, missing or unknown."""
    env = Env(eager=False, prefix=PREFIX)
    http = env.str("HTTP", "127.0.0.1:8000", validate=_address)
    """Where this process listens, ``address:port``: the gateway's API, or health alone.
    ``fd://3`` is a listening socket that it inherited, as supervisors hand over."""
    data = env.path("DATA", Path("data"))
    """The embedded platform's folder: databases, mails, keys."""
    broker = env.str("BROKER", EMBEDDED_BROKER, validate=_broker)
    """``amqp://user:password@host:port/vhost``; unset, everything runs in one process."""
    database = env.str("DATABASE", "", validate=_database)
    """A database for each service: a URL in which ``{service}`` stands for its name."""
    mail = env.str("MAIL", "", validate=_mail)
    """``smtp://user:password@host:port``, or a folder that gets ``.eml`` files."""
    url = env.str("URL", "", validate=_url)
    """Where people reach the site, ``https://host``: what links in mails begin with."""
    token_key = env.str("TOKEN_KEY", "", validate=_token_key)
    """Signs access tokens: 32 bytes, base64url (``firststep token-key`` makes one)."""
    log = env.str("LOG", "console", validate=validate.OneOf(["console", "json"]))
    level = env.str("LOG_LEVEL", "info", validate=validate.OneOf(LEVELS))
    problems = _unknown(env)
    try:
        env.seal()
    except EnvValidationError as error:
        messages: Any = error.error_messages
        problems += [f"{name}: {' '.join(map(str, said))}" for name, said in messages.items()]
    if problems:
        raise BadSettings("\n".join(sorted(problems)))
    url = (url or f"http://{http}").rstrip("/")
    settings = Settings(http, data, broker, database, mail, url, token_key, log, level)
    return _with_embedded_defaults(settings) if settings.embedded else settings


def _with_embedded_defaults(settings: Settings) -> Settings:
    return replace(
        settings,
        database=settings.database or f"sqlite:///{settings.data}/{{service}}.db",
        mail=settings.mail or str(settings.data / "mail"),
    )


def _unknown(env: Env) -> list[str]:
    given = {key for key in os.environ if key.startswith(PREFIX)}
    return [f"{key} is not a setting of Firststep" for key in given - set(env._fields)]


def _address(value: str) -> None:
    if INHERITED_SOCKET.fullmatch(value):
        return
    match = ADDRESS.fullmatch(value)
    if match is None or int(match["port"]) > LARGEST_PORT:
        raise ValidationError(f"{value!r} is not address:port, such as 127.0.0.1:8000")


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


def _broker(value: str) -> None:
    if _scheme(value) not in ("amqp", "amqps", EMBEDDED):
        raise ValidationError(f"{_hidden(value)!r} is not an amqp:// address")


def _database(value: str) -> None:
    if value and _scheme(value) not in ("postgresql+psycopg", "sqlite"):
        raise ValidationError(f"{_hidden(value)!r} is not a postgresql+psycopg:// address")
    if value and "{service}" not in value:
        raise ValidationError("does not contain {service}: each service has its own database")


def _mail(value: str) -> None:
    if "://" in value and _scheme(value) not in ("smtp", "smtps"):
        raise ValidationError(f"{_hidden(value)!r} is neither an smtp:// address nor a folder")


def _url(value: str) -> None:
    if value and _scheme(value) not in ("http", "https"):
        raise ValidationError(f"{_hidden(value)!r} is not an http:// or https:// address")


def _token_key(value: str) -> None:
    if not value:
        return
    try:
        length = len(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except ValueError:
        raise ValidationError("is not base64url") from None
    if length != TOKEN_KEY_BYTES:
        raise ValidationError(f"has {length} bytes, not {TOKEN_KEY_BYTES}")


def _hidden(url: str) -> str:
    """The address without its password, of which any part may be malformed."""
    return CREDENTIALS.sub(r"\1…@", url)
