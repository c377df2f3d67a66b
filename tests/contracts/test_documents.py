"""The documents are short where they must be, and the files that they name exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
GLOSSARY = ROOT / "docs" / "glossary.md"
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
PLAIN = [each for each in DOCUMENTS if each.parent.name != "decisions"]
FOLDERS = (
    ".ci",
    "benchmarks",
    "chassis",
    "contracts",
    "deploy",
    "docs",
    "firststep",
    "gateway",
    "services",
    "tests",
)
MAX_WORDS_OF_README = 900
PRONOUN_FOR_A_ROLE = re.compile(
    r"\b(whoever|nobody|somebody|everybody|those who|what is (held|kept|told))\b", re.IGNORECASE
)
A_FILE_IN_ITS_LAST_CELL = re.compile(r"\| `([^`]+)` \|$")
EACH_DOCUMENT = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT))
)


def missing_files(text: str) -> set[str]:
    """The paths in backticks, from the root of the repository, that do not exist."""
    named = re.findall(r"`([\w./-]+)`", text)
    paths = {each for each in named if "/" in each and each.split("/")[0] in FOLDERS}
    return {each for each in paths if not (ROOT / each).exists()}


def broken_links(document: Path) -> set[str]:
    """The links and pictures of a document that lead to no file here."""
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", document.read_text())
    local = {each for each in links if "://" not in each}
    return {each for each in local if not (document.parent / each).exists()}


def pronouns(text: str) -> set[str]:
    """The pronouns that stand for a role, outside of names in backticks."""
    return {found[0] for found in PRONOUN_FOR_A_ROLE.finditer(re.sub(r"`[^`]*`", "", text))}


def rows(text: str) -> list[str]:
    """The rows of all tables, without their headers."""
    tables = re.findall(r"^\|[- |]+\|\n((?:\|.*\|\n?)+)", text, re.MULTILINE)
    return [row for table in tables for row in table.splitlines()]


def test_the_readme_has_fewer_than_900_words() -> None:
    assert len(README.read_text().split()) < MAX_WORDS_OF_README


@EACH_DOCUMENT
def test_the_files_that_a_document_names_exist(document: Path) -> None:
    assert missing_files(document.read_text()) == set()


@EACH_DOCUMENT
def test_the_links_of_a_document_lead_to_files(document: Path) -> None:
    assert broken_links(document) == set()


@pytest.mark.parametrize("document", PLAIN, ids=lambda document: document.name)
def test_a_document_names_roles_instead_of_pronouns(document: Path) -> None:
    assert pronouns(document.read_text()) == set()


def test_each_term_of_the_glossary_names_a_file() -> None:
    terms = rows(GLOSSARY.read_text())
    assert terms
    for row in terms:
        found = A_FILE_IN_ITS_LAST_CELL.search(row)
        assert found, row
        assert (ROOT / found[1]).is_file(), row


def test_no_term_stands_in_the_glossary_twice() -> None:
    terms = [row.split("|")[1].strip() for row in rows(GLOSSARY.read_text())]
    assert len(set(terms)) == len(terms)


def test_what_is_wrong_in_a_document_would_be_noticed(tmp_path: Path) -> None:
    wrong = "Whoever reads `chassis/nowhere.py` sees `test_nobody` and [more](nowhere.md)."
    document = tmp_path / "wrong.md"
    document.write_text(wrong)
    assert missing_files(wrong) == {"chassis/nowhere.py"}
    assert pronouns(wrong) == {"Whoever"}
    assert broken_links(document) == {"nowhere.md"}
