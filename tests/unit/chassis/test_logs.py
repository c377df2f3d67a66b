"""Logs: one event a line, with the correlation id of its call."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from chassis import context, json
from chassis.context import CallContext
from chassis.runtime import logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.configure(**before)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_in_json_each_line_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    structlog.get_logger().info("note_told", word="hello\nworld", times=2)
    logging.getLogger("somebody").warning("a library says %s", "hello")

    ours, theirs = lines(capsys)
    assert (ours["event"], ours["word"], ours["times"]) == ("note_told", "hello\nworld", 2)
    assert (ours["level"], theirs["level"]) == ("info", "warning")
    assert theirs["event"] == "a library says hello"
    assert ours["timestamp"].endswith("Z")


def test_every_line_of_a_call_bears_its_correlation_id(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json")
    with context.entered(CallContext(correlation_id="c-1")):
        structlog.get_logger().info("ours")
        logging.getLogger("somebody").warning("theirs")
    structlog.get_logger().info("after")

    assert [line.get("correlation_id") for line in lines(capsys)] == ["c-1", "c-1", None]


def test_an_exception_is_part_of_its_line_and_shows_no_local_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("json")
    password = "s3" + "cret"
    try:
        raise ValueError(len(password))
    except ValueError:
        structlog.get_logger().exception("failed")

    [line] = lines(capsys)
    assert "ValueError" in str(line)
    assert "s3cret" not in str(line)


@pytest.mark.parametrize("style", ["json", "console"])
def test_no_line_shows_the_credentials_in_a_url(
    style: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure(style)
    url = "amqp://ada:s3/s3cret@broker:5672//"
    structlog.get_logger().warning("away", error=f"no answer of {url}", urls=[url, "x"])
    logging.getLogger("somebody").warning("no answer of %s", url)
    try:
        raise OSError(f"can't reach {url} with password=s3cret")
    except OSError:
        structlog.get_logger().exception("failed")

    written = capsys.readouterr().err
    assert "s3cret" not in written
    assert "ada" not in written
    assert written.count("amqp://…@broker:5672//") >= 4
    if style == "json":
        assert len([json.loads(line) for line in written.splitlines()]) == 3


def test_the_level_silences_what_is_below_it(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "warning")
    structlog.get_logger().info("quiet")
    structlog.get_logger().warning("loud")

    assert [line["event"] for line in lines(capsys)] == ["loud"]


CONTROLS = [*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), "\u2028", "\u202e", "\ud800"]


class Odd:
    def __repr__(self) -> str:
        return "odd\x1b[2J"


@pytest.mark.parametrize("control", CONTROLS)
def test_for_people_no_field_holds_a_character_that_their_terminal_obeys(
    capsys: pytest.CaptureFixture[str], control: str
) -> None:
    """Nor one that begins another line."""
    logs.configure("console")
    odd = f"a{control}[2J b"
    with context.entered(CallContext(correlation_id=odd)):
        structlog.get_logger().info(odd, path=odd, inside={"a": [odd]}, error=ValueError(odd))
    structlog.get_logger().info("plain", method=odd.replace(" ", ""), odd=Odd())
    logging.getLogger("somebody").warning("a library says %s", odd)

    written = capsys.readouterr().err
    assert len(written.splitlines()) == 3
    assert all(line.isprintable() for line in written.split("\n"))
    assert written.count("[2J b") == 6


def test_for_people_an_exception_can_not_pass_for_another_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("console")
    try:
        raise ValueError("first\x1b[2J\n2026-01-01T00:00:00Z [info] all_is_well\r")
    except ValueError:
        structlog.get_logger().exception("failed")

    first, *rest = capsys.readouterr().err.rstrip("\n").split("\n")
    assert "failed" in first
    assert any("Traceback" in line for line in rest)
    for line in rest:
        assert line.isprintable()
        assert not line or line.startswith("    ")


def test_for_people_a_line_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("console")
    structlog.get_logger().info("note_told", word="hello")
    assert "note_told" in capsys.readouterr().err
