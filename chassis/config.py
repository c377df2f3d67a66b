"""Settings, read once from ``FIRSTSTEP_*`` environment variables. What is wrong is named."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, EnvValidationError
from marshmallow import ValidationError, validate
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from chassis.broker.embedded import SCHEME as EMBEDDED
from chassis.masking import masked_value
from chassis.sealing import keys_in
from chassis.smtp import PORTS as SMTP_SCHEMES
from chassis.smtp import MailServer

LARGEST_PORT = 65_535
LEVELS = ("debug", "info", "warning", "error")
MOST_PROXIES = 10
CONNECTIONS_PER_ADDRESS = 100
PREFIX = "FIRSTSTEP_"
DEFAULT_ADDRESS = "127.0.0.1:8000"
EMBEDDED_BROKER = f"{EMBEDDED}://here"
ADDRESS = re.compile(r"(?P<host>[^:\s]+|\[[0-9a-f:]+\]):(?P<port>\d{1,5})")
ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:(?P<port>\d{1,5}))?"
)
DEFAULT_PORTS = {"http": "80", "https": "443"}
INHERITED = "fd://"
INHERITED_SOCKET = re.compile(rf"{INHERITED}\d{{1,9}}")
BUCKET = re.compile(
    r"s3(\+http)?://[^:@/\s]+:[^:@/\s]+@[^:@/?\s]+(:\d{1,5})?/[a-z0-9][a-z0-9.-]{2,62}"
    r"(\?region=[a-z0-9-]+)?"
)


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
    files: str
    url: str
    origins: tuple[str, ...]
    proxies: int
    connections_per_address: int
    seal_keys: str
    limits: str
    meeting: str
    fetch_http: bool
    helplines: str
    log: str
    log_level: str

    @property
    def embedded(self) -> bool:
        """Whether everything runs in this one process. Only the wiring may ask."""
        return self.broker.startswith(EMBEDDED)


def read() -> Settings:
    """Raises ``BadSettings`` where a ``FIRSTSTEP_*`` variable is malformed, missing or unknown."""
    env = Env(eager=False, prefix=PREFIX)
    http = env.str("HTTP", DEFAULT_ADDRESS, validate=_address)
    """Where this process listens, ``address:port``: the gateway's API, or health alone.
    ``fd://3`` is a listening socket that it inherited, as supervisors hand over."""
    data = env.path("DATA", Path("data"))
    """The embedded platform's folder: databases, mails, keys."""
    broker = env.str("BROKER", EMBEDDED_BROKER, validate=_broker)
    """``amqp://user:password@host:port/vhost``; unset, everything runs in one process."""
    database = env.str("DATABASE", "", validate=_database)
    """A database for each service: a URL in which ``{service}`` stands for its name."""
    mail = env.str("MAIL", "", validate=_mail)
    """``smtp://user:password@host:port`` (STARTTLS) or ``smtps://…``, or a folder that gets
    ``.eml`` files; ``smtp+clear://`` for a private network: see ``chassis.smtp``."""
    files = env.str("FILES", "", validate=_files)
    """Photos and documents: a folder, or ``s3://key:secret@host:port/bucket``."""
    url = env.str("URL", "", validate=_url)
    """Where people reach the site, ``https://host``: what links in mails begin with."""
    origins = env.str("ORIGINS", "", validate=_origins)
    """Origins of browser frontends that may call the API, separated by commas, or ``*`` for all:
    ``https://app.example``, as browsers send them."""
    proxies = env.int("PROXIES", 0, validate=validate.Range(0, MOST_PROXIES))
    """How many proxies of our own stand in front of the gateway: so many of the last addresses in
    ``X-Forwarded-For`` are believed."""
    connections_per_address = env.int(
        "CONNECTIONS_PER_ADDRESS", CONNECTIONS_PER_ADDRESS, validate=validate.Range(min=1)
    )
    """HTTP connections at once from one IPv4 address or IPv6 /64 network, in each process. Not
    counted: loopback, and everything where ``PROXIES`` is above 0, as the peer is the proxy."""
    seal_keys = env.str("SEAL_KEYS", "", validate=_seal_keys)
    """Seal secrets at rest: Fernet keys, parted by commas (``firststep seal-key`` makes one). The
    first seals, all of them open."""
    limits = env.str("LIMITS", "memory://", validate=_limits)
    """Where failed guesses are counted: ``redis://user:password@host:port/number``, for all
    processes together, or ``memory://``, for each by itself."""
    meeting = env.str("MEETING", "", validate=_meeting)
    """Where people meet online: an ``https://`` address in which ``{room}`` stands for a room."""
    fetch_http = env.bool("FETCH_HTTP", False)
    """Whether addresses that users give may be ``http://``, too: anybody on the way can read, and
    change, what is fetched from them."""
    helplines = env.str("HELPLINES", "")
    """A JSON file of helplines that replaces ours, of the shape of ``contracts/helplines.json``.
    The wiring reads it at start."""
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
    settings = Settings(
        http=http,
        data=data,
        broker=broker,
        database=database,
        mail=mail,
        files=files,
        url=(url or _url_of(http)).rstrip("/"),
        origins=_listed(origins),
        proxies=proxies,
        connections_per_address=connections_per_address,
        seal_keys=seal_keys,
        limits=limits,
        meeting=meeting,
        fetch_http=fetch_http,
        helplines=helplines,
        log=log,
        log_level=level,
    )
    return _with_embedded_defaults(settings) if settings.embedded else settings


def _with_embedded_defaults(settings: Settings) -> Settings:
    return replace(
        settings,
        database=settings.database or f"sqlite:///{settings.data}/{{service}}.db",
        mail=settings.mail or str(settings.data / "mail"),
        files=settings.files or str(settings.data / "files"),
    )


def _unknown(env: Env) -> list[str]:
    given = {key for key in os.environ if key.startswith(PREFIX)}
    return [f"{key} is not a setting of Firststep" for key in given - set(env._fields)]


def _address(value: str) -> None:
    if INHERITED_SOCKET.fullmatch(value):
        return
    match = ADDRESS.fullmatch(value)
    if match is None or int(match["port"]) > LARGEST_PORT:
        shown = masked_value(value)
        raise ValidationError(f"{shown!r} is not address:port, such as 127.0.0.1:8000")


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


def _require_port(url: str) -> None:
    """What a library says of a port that is none may repeat a part of the password."""
    try:
        port = urlsplit(url).port
    except ValueError:
        port = 0
    if port == 0:
        raise ValidationError("has no port from 1 to 65535; in a password, write /, ? and # as %XX")


def _broker(value: str) -> None:
    if _scheme(value) not in ("amqp", "amqps", EMBEDDED):
        raise ValidationError(f"{masked_value(value)!r} is not an amqp:// address")
    for each in value.split(";"):  # kombu tries one after another
        _require_port(each)


def _database(value: str) -> None:
    if value and _scheme(value) not in ("postgresql+psycopg", "sqlite"):
        raise ValidationError(f"{masked_value(value)!r} is not a postgresql+psycopg:// address")
    if value and "{service}" not in value:
        raise ValidationError("does not contain {service}: each service has its own database")
    try:
        make_url(value or "sqlite://")
    except (ArgumentError, ValueError):
        raise ValidationError(f"{masked_value(value)!r} has a malformed part") from None


def _mail(value: str) -> None:
    if "://" not in value:
        return
    if _scheme(value) not in SMTP_SCHEMES:
        raise ValidationError(f"{masked_value(value)!r} is neither an smtp:// address nor a folder")
    try:
        MailServer.at(value)
    except ValueError as error:
        raise ValidationError(str(error)) from None


def _url_of(address: str) -> str:
    return f"http://{DEFAULT_ADDRESS if INHERITED_SOCKET.fullmatch(address) else address}"


def _url(value: str) -> None:
    if value and (_scheme(value) not in ("http", "https") or urlsplit(value).hostname is None):
        raise ValidationError(f"{masked_value(value)!r} is not an http:// or https:// address")


def _listed(value: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(",") if each.strip())


def _origins(value: str) -> None:
    """As browsers write them (RFC 6454, 6.1): another spelling would never match."""
    origins = _listed(value)
    if "*" in origins and len(origins) > 1:
        raise ValidationError("names * beside other origins: * alone allows all")
    for each in origins:
        match = ORIGIN.fullmatch(each)
        if each != "*" and (match is None or match["port"] == DEFAULT_PORTS[match["scheme"]]):
            raise ValidationError(
                f"{masked_value(each)!r} is not an origin as browsers send it, such as "
                "https://app.example: lower case, no path, no default port"
            )


def _files(value: str) -> None:
    if "://" not in value:
        return
    if _scheme(value) not in ("s3", "s3+http"):
        raise ValidationError(f"{masked_value(value)!r} is neither an s3:// address nor a folder")
    if not BUCKET.fullmatch(value):
        raise ValidationError("is not s3://key:secret@host:port/bucket")


def _meeting(value: str) -> None:
    if value and (_scheme(value) != "https" or "{room}" not in value):
        raise ValidationError(
            f"{masked_value(value)!r} is not an https:// address that contains {{room}}"
        )


def _seal_keys(value: str) -> None:
    if not value:
        return
    try:
        keys_in(value)
    except ValueError as error:
        said = str(error)
        raise ValidationError(said if said.startswith("has ") else "is not base64url") from None


def _limits(value: str) -> None:
    if _scheme(value) not in ("memory", "redis", "rediss"):
        shown = masked_value(value)
        raise ValidationError(f"{shown!r} is neither a redis:// address nor memory://")
    _require_port(value)
