"""Structured logs: one event a line, for people (``console``) or machines (``json``).

Every line written on behalf of a call bears its correlation id. None bears the credentials in a
URL, whichever library wrote it.
"""

from __future__ import annotations

import logging
import sys
from io import StringIO
from textwrap import indent
from typing import Any, TextIO

import structlog

from chassis.masking import masked

WITHOUT_LOCALS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
"""Local variables hold passwords and mails."""
RENDERED_BY_ITSELF = ("exc_info", "exception", "stack")
QUIET = ("httpx", "nameko", "amqp", "kombu", "eventlet", "alembic", "asyncio")
"""Libraries whose warnings we want, but whose story of each message we tell ourselves."""


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Masks the whole line: an exception's text and its traceback are in it by now."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def configure(style: str, level: str = "info") -> None:
    """``style`` is ``console`` or ``json``. Goes to standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if style == "json":
        last: structlog.typing.Processor = structlog.processors.JSONRenderer()
        shared.append(structlog.processors.ExceptionRenderer(WITHOUT_LOCALS))
    else:
        last = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=_write_traceback
        )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,  # first: what nobody wants costs nothing
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    rendered = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
    if style != "json":
        rendered.insert(-1, _escape_values)
    handler.setFormatter(Formatter(foreign_pre_chain=shared, processors=rendered))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("nameko.containers").setLevel(logging.CRITICAL)  # handlers log failures


def escaped(text: str) -> str:
    """The text with ``\\x1b`` and the like in place of all that is not printable: a terminal obeys
    control characters, and after a line break text would look like another line."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def _escape_values(
    logger: Any, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    for name, value in event.items():
        if name in RENDERED_BY_ITSELF:
            continue
        text = value if isinstance(value, str) else repr(value)
        if not text.isprintable():
            event[name] = escaped(text)
    return event


def _write_traceback(stream: TextIO, exc_info: structlog.typing.ExcInfo) -> None:
    """Indented: a message of several lines can't pass for another event."""
    plain = StringIO()
    structlog.dev.plain_traceback(plain, exc_info)
    lines = plain.getvalue().split("\n")
    stream.write(indent("\n".join(map(escaped, lines)), "    "))
