"""Decision records have a title, a status and a date, and stand in their index."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

DECISIONS = Path(__file__).parents[2] / "docs" / "decisions"
RECORDS = sorted(DECISIONS.glob("[0-9]*.md"))
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\n"
    r"Status: (?P<status>(?:accepted|superseded|rejected)\b.*)\n\n"
    r"Date: (?P<date>\d{4}-\d\d-\d\d)\n\n## Context\n"
)
INDEX = re.compile(
    r"^\| (?P<number>\d+) \| \[(?P<title>.+)\]\((?P<file>[^)]+)\) \| (?P<status>.+) "
    r"\| (?P<date>[\d-]+) \|$",
    re.MULTILINE,
)


def head_of(record: Path) -> dict[str, str]:
    """The number, title, status and date at the head of a record, with its file's name."""
    found = HEAD.match(record.read_text())
    assert found, f"{record.name} does not begin with title, status, date and context"
    return {**found.groupdict(), "file": record.name}


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name[:4])
def test_a_decision_has_its_number_title_status_and_date(record: Path) -> None:
    head = head_of(record)
    assert int(head["number"]) == int(record.name[:4])
    assert date.fromisoformat(head["date"])


def test_the_index_lists_each_decision_as_its_record_says() -> None:
    index = (DECISIONS / "README.md").read_text()
    listed = [found.groupdict() for found in INDEX.finditer(index)]
    assert listed == [head_of(record) for record in RECORDS]


def test_a_status_names_decisions_that_exist() -> None:
    numbers = {int(record.name[:4]) for record in RECORDS}
    for record in RECORDS:
        named = re.search(r"decisions? [\d, and]+", head_of(record)["status"])
        if named:
            assert {int(each) for each in re.findall(r"\d+", named[0])} <= numbers


def test_a_superseding_decision_and_the_superseded_one_name_each_other() -> None:
    statuses = {int(record.name[:4]): head_of(record)["status"] for record in RECORDS}
    relations = {
        (number, int(other))
        for number, status in statuses.items()
        for part in re.sub(r"\([^)]*\)|\d{4}-\d\d-\d\d", "", status).split(";")
        if re.search(r"supersede|amends|amended by|extend|changes|changed by", part)
        for other in re.findall(r"\d+", part)
    }
    assert relations
    assert {(two, one) for one, two in relations} == relations
