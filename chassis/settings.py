"""Settings: each is declared once here, and read from a ``FIRSTSTEP_*`` environment variable.

Wrong and unknown variables are refused by name, all at once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlsplit

from environs import Env, EnvValidationError
from marshmallow import ValidationError, validate

from chassis.broker.embedded import SCHEME as EMBEDDED
from chassis.masking import masked_value
from chassis.sealing import keys_in

LARGEST_PORT = 65_535
LEVELS = ("debug", "info", "warning", "error")
MOST_PROXIES = 10
CONNECTIONS_PER_ADDRESS = 100
PREFIX = "FIRSTSTEP_"
HIDDEN = "(hidden)"
DEFAULT_ADDRESS = "127.0.0.1:8000"
EMBEDDED_BROKER = f"{EMBEDDED}://here"
ADDRESS = re.compile(r"(?P<host>[^:\s]+|\[[0-9a-f:]+\]):(?P<port>\d{1,5})")
ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:(?P<port>\d{1,5}))?"
)
DATABASE = re.compile(r"[^:]+://([^:/]*(:[^@]*)?@)?(\[[^/?]+\]|[^/:?]+)?(:\d{0,5})?(?=[/?]|\Z)")
"""As SQLAlchemy reads an address; the gateway, which gets the setting too, does without it."""
DEFAULT_PORTS = {"http": "80", "https": "443"}
INHERITED = "fd://"
INHERITED_SOCKET = re.compile(rf"{INHERITED}\d{{1,9}}")
BUCKET = re.compile(
    r"s3(\+http)?://[^:@/\s]+:[^:@/\s]+@[^:@/?\s]+(:\d{1,5})?/[a-z0-9][a-z0-9.-]{2,62}"
    r"(\?region=[a-z0-9-]+)?"
)


LONGEST_SITE_NAME = 40
SENDER = re.compile(r"[a-z0-9.+_-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*", re.IGNORECASE)
FIRST_VERSION = "1"
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


class BadSettings(Exception):
    """One line for each variable that is malformed, missing or unknown."""


@dataclass(frozen=True)
class Setting:
    """How one setting is read and documented.

    ``meaning`` and ``default_text`` are Markdown. ``default_text`` says the default in words where
    it depends on other settings. ``check`` raises marshmallow's ``ValidationError``. A ``secret``
    is never shown; of any other setting only the credentials in its URL are hidden.
    """

    meaning: str
    default: Any = ""
    default_text: str = ""
    check: Callable[[Any], object] | None = None
    secret: bool = False

    def default_in_words(self) -> str:
        if self.default_text:
            return self.default_text
        value = str(self.default).lower() if isinstance(self.default, bool) else self.default
        return f"`{value}`"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings, each declared once. A field's variable is ``FIRSTSTEP_`` and its name.

    ``read``, ``firststep settings`` and the table in ``docs/operating.md`` follow from here.
    """

    http: Annotated[
        str,
        Setting(
            "Where the API listens, `address:port`; without the gateway, `/healthz` and `/readyz` "
            "alone. `fd://3` is a listening socket that the process inherits.",
            default=DEFAULT_ADDRESS,
            check=_address,
        ),
    ]
    data: Annotated[
        Path,
        Setting(
            "The embedded platform's folder: databases, mails, files, keys. Only its owner can "
            "read it (mode 0700, files 0600); this is restored at each start. Run the other "
            "commands as the same user.",
            default=Path("data"),
        ),
    ]
    broker: Annotated[
        str,
        Setting(
            "RabbitMQ, `amqp://user:password@host:port/vhost`. Without it, all services run in "
            "one process: the embedded platform.",
            default=EMBEDDED_BROKER,
            default_text="the embedded broker",
            check=_broker,
        ),
    ]
    database: Annotated[
        str,
        Setting(
            "A database for each service, `postgresql+psycopg://user:password@host/{service}`: "
            "`{service}` stands for the service's name.",
            default_text="embedded: SQLite in the data folder",
            check=_database,
        ),
    ]
    mail: Annotated[
        str,
        Setting(
            "For notifications: `smtps://user:password@host:465`, "
            "`smtp://user:password@host:587` (STARTTLS), or a folder that gets `.eml` files. The "
            "certificate must be valid for the host; `SSL_CERT_FILE` names an authority of your "
            "own. Without TLS: `smtp://` to this machine without a password, and "
            "`smtp+clear://host:port` within a private network.",
            default_text="embedded: a folder in the data folder",
            check=_mail,
        ),
    ]
    files: Annotated[
        str,
        Setting(
            "Photos and documents, for profiles: a folder that its instances share, or "
            "`s3://key:secret@host:port/bucket` (`s3+http://` without TLS; `?region=` where "
            "needed).",
            default_text="embedded: a folder in the data folder",
            check=_files,
        ),
    ]
    url: Annotated[
        str,
        Setting(
            "The site's public address, `https://host`. Links in mails begin with it, and "
            "invitations to calendars come from its host. Where it is `https://`, browsers are "
            "told to use HTTPS only (HSTS), for a year and for all names below the host.",
            default_text="`http://` and `FIRSTSTEP_HTTP`",
            check=_url,
        ),
    ]
    site_name: Annotated[
        str,
        Setting(
            "What the site is called: in titles of pages, in mails, and in the list of an "
            f"authenticator app. At most {LONGEST_SITE_NAME} characters.",
            default="Firststep",
            check=_site_name,
        ),
    ]
    sender: Annotated[
        str,
        Setting(
            "For notifications: the address that mails are from. Your mail server must be allowed "
            "to send for its domain (SPF, DKIM).",
            default_text="`no-reply@` and the host of `FIRSTSTEP_URL`",
            check=_sender,
        ),
    ]
    site_folder: Annotated[
        str,
        Setting(
            "For the gateway: a folder of your own texts and logo, in place of the samples: see "
            "[Make the site your own](#make-the-site-your-own). It is read at start.",
            default_text="the texts that come with Firststep",
        ),
    ]
    exit_address: Annotated[
        str,
        Setting(
            "For the gateway: where “Leave this site” leads, an `https://` address of a site that "
            "raises no questions.",
            default="https://www.wikipedia.org/",
            check=_exit_address,
        ),
    ]
    terms_version: Annotated[
        str,
        Setting(
            "For profiles and the gateway: the version of the terms that a person agrees to at "
            "sign-up. The text says it, and is refused where it says another.",
            default=FIRST_VERSION,
            check=_version,
        ),
    ]
    health_data_version: Annotated[
        str,
        Setting(
            "For profiles and the gateway: the version of the consent to health data that a client "
            "gives at sign-up. The text says it, too.",
            default=FIRST_VERSION,
            check=_version,
        ),
    ]
    origins: Annotated[
        tuple[str, ...],
        Setting(
            "For the gateway: origins of browser frontends that may call the API (CORS), "
            "separated by commas, such as `https://app.example,https://www.app.example`; `*` "
            "allows all.",
            default_text="none",
            check=_origins,
        ),
    ]
    proxies: Annotated[
        int,
        Setting(
            "How many proxies of your own stand in front of the gateway: so many of the last "
            "addresses in `X-Forwarded-For` are trusted.",
            default=0,
            check=validate.Range(0, MOST_PROXIES),
        ),
    ]
    connections_per_address: Annotated[
        int,
        Setting(
            "Most HTTP connections at once from one IPv4 address or IPv6 /64 network, in each "
            "process. Not limited: loopback, and all where `FIRSTSTEP_PROXIES` is above 0.",
            default=CONNECTIONS_PER_ADDRESS,
            check=validate.Range(min=1),
        ),
    ]
    seal_keys: Annotated[
        str,
        Setting(
            "Keys that encrypt secrets at rest, for profiles and booking; `firststep seal-key` "
            "makes one. Separated by commas: the first encrypts, all decrypt.",
            default_text="embedded: made once, in the data folder",
            check=_seal_keys,
            secret=True,
        ),
    ]
    limits: Annotated[
        str,
        Setting(
            "Where guesses, sign-ups, mails with links and uploads are counted: "
            "`redis://user:password@host:port/0` for all processes together, `memory://` for each "
            "process by itself.",
            default="memory://",
            check=_limits,
        ),
    ]
    meeting: Annotated[
        str,
        Setting(
            "For booking: where consultations online take place, `https://meet.example/{room}`; "
            "`{room}` becomes a random room for each consultation.",
            default_text="each specialist's own link or practice",
            check=_meeting,
        ),
    ]
    fetch_http: Annotated[
        bool,
        Setting(
            "For booking: `true` allows `http://` addresses of specialists' calendars, which "
            "others on the network can read and change on the way.",
            default=False,
        ),
    ]
    helplines: Annotated[
        str,
        Setting(
            "For the gateway and notifications: a JSON file of emergency numbers and helplines by "
            "country, in place of `contracts/helplines.json` and of the same shape. It is read at "
            "start.",
            default_text="`contracts/helplines.json`",
        ),
    ]
    log: Annotated[
        str,
        Setting(
            "Format of log lines: `console` or `json`.",
            default="console",
            check=validate.OneOf(["console", "json"]),
        ),
    ]
    log_level: Annotated[
        str,
        Setting(
            f"The least level that is logged: {', '.join(f'`{each}`' for each in LEVELS)}.",
            default="info",
            check=validate.OneOf(LEVELS),
        ),
    ]

    @property
    def embedded(self) -> bool:
        """Whether everything runs in this one process. Only the wiring may ask."""
        return self.broker.startswith(EMBEDDED)

    def shown(self, name: str) -> str:
        """The value of a setting, fit to be printed: secrets are hidden."""
        value = getattr(self, name)
        if declared()[name].secret:
            return HIDDEN if value else ""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, tuple):
            return ",".join(value)
        return masked_value(value) if isinstance(value, str) else str(value)


@cache
def declared() -> dict[str, Setting]:
    """The declaration of each setting, by the name of its field."""
    hints = get_type_hints(Settings, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


_READERS = {str: "str", int: "int", bool: "bool", Path: "path", tuple[str, ...]: "str"}
"""The method of environs that reads a value of this type. Tuples are split afterwards."""


def variable(name: str) -> str:
    """The environment variable of a field of ``Settings``."""
    return f"{PREFIX}{name.upper()}"


def read_settings() -> Settings:
    """Raises ``BadSettings`` where a ``FIRSTSTEP_*`` variable is malformed, missing or unknown."""
    env = Env(eager=False)
    kinds = get_type_hints(Settings)
    values = {
        name: getattr(env, _READERS[kinds[name]])(
            variable(name), setting.default, validate=setting.check
        )
        for name, setting in declared().items()
    }
    problems = _unknown()
    try:
        env.seal()
    except EnvValidationError as error:
        messages: Any = error.error_messages
        problems += [f"{name}: {' '.join(map(str, said))}" for name, said in messages.items()]
    if problems:
        raise BadSettings("\n".join(sorted(problems)))
    values["url"] = (values["url"] or _url_of(values["http"])).rstrip("/")
    values["sender"] = values["sender"] or _sender_of(values["url"])
    values["origins"] = _listed(values["origins"])
    settings = Settings(**values)
    return _with_embedded_defaults(settings) if settings.embedded else settings


def _with_embedded_defaults(settings: Settings) -> Settings:
    return replace(
        settings,
        database=settings.database or f"sqlite:///{settings.data}/{{service}}.db",
        mail=settings.mail or str(settings.data / "mail"),
        files=settings.files or str(settings.data / "files"),
    )


def _unknown() -> list[str]:
    known = set(map(variable, declared()))
    given = {key for key in os.environ if key.startswith(PREFIX)}
    return [f"{key} is not a setting of Firststep" for key in given - known]


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
    """Raise an error of our own: a library's may repeat a part of the password."""
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
    if not value:
        return
    if _scheme(value) not in ("postgresql+psycopg", "sqlite"):
        raise ValidationError(f"{masked_value(value)!r} is not a postgresql+psycopg:// address")
    if "{service}" not in value:
        raise ValidationError("does not contain {service}: each service has its own database")
    if not DATABASE.match(value):
        raise ValidationError(f"{masked_value(value)!r} has a malformed part")


def _mail(value: str) -> None:
    if "://" not in value:
        return
    from chassis.smtp import PORTS, MailServer

    if _scheme(value) not in PORTS:
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


def _site_name(value: str) -> None:
    if not 0 < len(value) <= LONGEST_SITE_NAME or not value.isprintable() or value != value.strip():
        raise ValidationError(
            f"{value[: 2 * LONGEST_SITE_NAME]!r} is not one line of 1 to {LONGEST_SITE_NAME} "
            "characters"
        )


def _sender(value: str) -> None:
    if value and not SENDER.fullmatch(value):
        raise ValidationError(f"{value!r} is not an e-mail address, such as no-reply@example.org")


def _sender_of(url: str) -> str:
    """Addresses have no IP address for a host, as the embedded platform's URL does."""
    host = urlsplit(url).hostname or ""
    address = f"no-reply@{host}"
    return address if host[-1:].isalpha() and SENDER.fullmatch(address) else "no-reply@localhost"


def _exit_address(value: str) -> None:
    if _scheme(value) != "https" or not urlsplit(value).hostname or not value.isprintable():
        raise ValidationError(f"{masked_value(value)!r} is not an https:// address")
    if urlsplit(value).username is not None:
        raise ValidationError(f"{masked_value(value)!r} has more than a host and a path")


def _version(value: str) -> None:
    if not VERSION.fullmatch(value):
        raise ValidationError(
            f"{value!r} is not 1 to 40 letters, digits and . _ - such as 2027-01-01"
        )


def _listed(value: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in value.split(",") if each.strip())


def _origins(value: str) -> None:
    """As browsers send them (RFC 6454, 6.1): another spelling would never match."""
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
