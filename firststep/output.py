"""Output of commands: tables for people, JSON for programs."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis import json
from chassis.runtime.logs import escaped

LONGEST_CELL = 100
WIDTH_OF_FILES = 300
"""Columns of a table that goes into a file or a pipe, so that no cell is cut off."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def console() -> Console:
    """Standard output, as wide as the terminal."""
    return Console() if sys.stdout.isatty() else Console(width=WIDTH_OF_FILES)


def print_line(line: str) -> None:
    """One line, with control characters in users' texts escaped."""
    typer.echo(escaped(line))


def print_rows(
    rows: list[dict[str, Any]], columns: tuple[str, ...], as_json: bool, if_none: str
) -> None:
    """A table of these columns, or ``if_none`` in its place; as JSON, the rows whole."""
    if as_json:
        typer.echo(json.dumps(rows).decode())
        return
    table = Table(*(column.replace("_", " ") for column in columns))
    for row in rows:
        # Text, since brackets in users' texts are no markup
        table.add_row(*(Text(escaped(_cell(row[column]))) for column in columns))
    console().print(table if rows else if_none)


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return f"{value:.1f} s"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)[:LONGEST_CELL]
