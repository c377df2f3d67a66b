"""The documents and the example configuration name the settings that the code declares."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from rich.console import Console

from chassis.settings import PREFIX, declared, variable
from firststep.commands import settings as command
from firststep.commands.settings import markdown_table

ROOT = Path(__file__).parents[2]
HEADING = "\n## Settings\n"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
VARIABLE = re.compile(rf"\b{PREFIX}[A-Z_]+\b")


def section_of_settings(text: str) -> str:
    _, _, section = text.partition(HEADING)
    section, _, _ = section.partition("\n## ")
    return section


def test_the_documented_settings_are_the_ones_that_the_code_declares() -> None:
    documented = section_of_settings((ROOT / "docs" / "operating.md").read_text())
    assert markdown_table() in documented, "write it anew with: firststep settings --markdown"


def test_every_setting_has_a_meaning_and_a_default() -> None:
    for name, setting in declared().items():
        assert setting.meaning.endswith("."), name
        assert setting.default_in_words() != "``", name
        assert "|" not in setting.meaning, name


@pytest.mark.parametrize("file", [".env.example", "docker-compose.yml", "Dockerfile", "Makefile"])
def test_an_example_sets_nothing_that_is_no_setting(file: str) -> None:
    known = set(map(variable, declared()))
    assert set(VARIABLE.findall((ROOT / file).read_text())) <= known


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize("is_terminal", [True, False])
def test_the_command_lists_all_settings_and_no_password(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    width: int,
    is_terminal: bool,
) -> None:
    monkeypatch.setenv("FIRSTSTEP_LIMITS", "redis://ada:s3cret@host")
    monkeypatch.setattr(
        command, "console", lambda: Console(width=width, force_terminal=is_terminal)
    )
    command.settings()
    printed = capsys.readouterr().out
    assert all(variable(name) in printed for name in declared())
    assert "redis://…@host" in printed
    assert "s3cret" not in printed
    assert "still the samples: imprint, privacy, terms" in " ".join(printed.split())
    assert max(map(len, COLOURS.sub("", printed).splitlines())) <= width
