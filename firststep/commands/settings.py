"""``firststep settings``: every setting with its meaning, default and present value."""

from __future__ import annotations

from textwrap import fill
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from chassis.runtime.logs import escaped
from chassis.settings import Settings, declared, read_settings, variable
from firststep.output import console
from firststep.platform import MAKE_IT_YOUR_OWN, operator_texts

WIDE_ENOUGH = 120
"""Columns of a terminal in which the table is readable; elsewhere each setting is a paragraph."""
COLUMNS = ("variable", "meaning", "default", "present value")
MEANING_SHARE, VALUE_SHARE = 2, 1

SAMPLES = (
    "Warning: these legal texts of the site are still the samples: {texts}. Write your own before "
    "you invite people: {see}."
)

Markdown = Annotated[
    bool, typer.Option("--markdown", help="Print the table of docs/operating.md, without values.")
]


def settings(markdown: Markdown = False) -> None:
    """List all settings with their meaning, default and present value.

    Settings are environment variables. Keys and passwords are hidden. A variable that is malformed
    or unknown is named in place of the list.
    """
    if markdown:
        typer.echo(markdown_table(), nl=False)
        return
    present = read_settings()
    rows, terminal = _rows(present), console()
    if terminal.is_terminal and terminal.width >= WIDE_ENOUGH:
        terminal.print(_table(rows))
    else:
        typer.echo("\n\n".join(_paragraph(row, terminal.width) for row in rows))
    if samples := operator_texts(present).legal_samples():
        text = SAMPLES.format(texts=", ".join(samples), see=MAKE_IT_YOUR_OWN)
        typer.echo("\n" + fill(text, terminal.width, break_on_hyphens=False))


def markdown_table() -> str:
    """The table of settings in ``docs/operating.md``."""
    rows = [
        f"| `{variable(name)}` | {setting.meaning} | {setting.default_in_words()} |"
        for name, setting in declared().items()
    ]
    return "\n".join(["| variable | meaning | default |", "| --- | --- | --- |", *rows, ""])


def _rows(present: Settings) -> list[tuple[str, str, str, str]]:
    return [
        (
            variable(name),
            setting.meaning.replace("`", ""),
            setting.default_in_words().replace("`", ""),
            escaped(present.shown(name)) or "—",
        )
        for name, setting in declared().items()
    ]


def _table(rows: list[tuple[str, str, str, str]]) -> Table:
    table = Table(show_lines=True, expand=True)
    table.add_column(COLUMNS[0], no_wrap=True)
    table.add_column(COLUMNS[1], ratio=MEANING_SHARE, overflow="fold")
    for column in COLUMNS[2:]:
        table.add_column(column, overflow="fold", ratio=VALUE_SHARE)
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _paragraph(row: tuple[str, str, str, str], width: int) -> str:
    name, *rest = row
    labels = ("", *(f"{column}: " for column in COLUMNS[2:]))
    wrapped = [
        fill(
            f"{label}{text}",
            width,
            initial_indent="  ",
            subsequent_indent="  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for label, text in zip(labels, rest, strict=True)
    ]
    return "\n".join([name, *wrapped])
