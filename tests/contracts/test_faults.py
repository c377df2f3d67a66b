"""Every file and test that ``docs/faults.md`` names exists."""

from __future__ import annotations

import re

from tests.contracts.faults import ROOT, written

FAULTS = ROOT / "docs/faults.md"


def missing(text: str) -> set[str]:
    named = set(re.findall(r"`([^`]+)`", text))
    absent = {name for name in named if name.startswith("test_")} - written()
    files = {name for name in named if "/" in name or name.endswith(".py")}
    return absent | {name for name in files if not (ROOT / name).is_file()}


def test_every_fault_has_its_place_and_its_test() -> None:
    assert missing(FAULTS.read_text()) == set()


def test_what_is_not_there_would_be_noticed() -> None:
    wrong = "| a fault | `chassis/nowhere.py`, `nowhere.py` | `test_that_nobody_wrote` |"
    assert missing(wrong) == {"chassis/nowhere.py", "nowhere.py", "test_that_nobody_wrote"}
