"""Structured logs: one event a line, for people (``console``) or machines (``json``).

Every line of a call has its correlation id. Credentials in URLs are masked in every line, whichever
library wrote it.
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
"""Local variables may hold passwords and mails."""
RENDERED_BY_ITSELF = ("exc_info", "exception", "stack")
QUIET = ("httpx", "nameko", "amqp", "kombu", "eventlet", "alembic", "asyncio")
"""Libraries that log at warning level only: we log each message ourselves."""


class Formatter(structlog.stdlib.ProcessorFormatter):
    """Masks the whole line, since an exception's text and its traceback are part of it."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def configure(style: str, level: str = "info") -> None:
    """Log to standard error; ``style`` is ``console`` or ``json``."""
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
            structlog.stdlib.filter_by_level,  # first: a filtered line costs nothing
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
    """The text with escapes such as ``\\x1b`` for characters that are not printable: a terminal
    obeys control characters, and a line break would fake another log line."""
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
    """Indented, so that a message of several lines can't fake another event."""
    plain = StringIO()
    structlog.dev.plain_traceback(plain, exc_info)
    lines = plain.getvalue().split("\n")
    stream.write(indent("\n".join(map(escaped, lines)), "    "))
