"""How commands speak with operators: tables for people, JSON for programs."""

from __future__ import annotations

import getpass
import socket
import sys
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from chassis import json
from chassis.runtime.logs import escaped

LONGEST_CELL_SHOWN = 100
WIDE = 300
"""Into a file or a pipe, nothing is cut off."""

AsJson = Annotated[bool, typer.Option("--json", help="For programs.")]


def operator() -> str:
    """Who runs this command, and where."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


def tell(line: str) -> None:
    """One line, whatever a stranger's text does in it."""
    typer.echo(escaped(line))


def show(rows: list[dict[str, Any]], columns: tuple[str, ...], as_json: bool, if_none: str) -> None:
    if as_json:
        typer.echo(json.dumps(rows).decode())
        return
    table = Table(*(column.replace("_", " ") for column in columns))
    for row in rows:
        # as plain text: brackets in what a stranger wrote are no markup
        table.add_row(*(Text(escaped(_cell(row[column]))) for column in columns))
    console = Console() if sys.stdout.isatty() else Console(width=WIDE)
    console.print(table if rows else if_none)


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return f"{value:.1f} s"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)[:LONGEST_CELL_SHOWN]
