"""Check commit subjects since origin/main: ``area: verb object``, 60 characters at most.

Without git, without origin/main, or where a shallow clone hides what the two have in common, there
is nothing to compare with: the check succeeds and prints nothing.
"""

from __future__ import annotations

import re
import subprocess
import sys

BASE = "origin/main"
MAX_CHARACTERS = 60
FORM = re.compile(r"[a-z][a-z0-9_./-]*: [a-z]\S* \S.*")


def git(*arguments: str) -> str | None:
    """What git prints, or None where it is missing or fails."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def fault(subject: str) -> str | None:
    """What is wrong with a subject, or None."""
    if len(subject) > MAX_CHARACTERS:
        return f"{len(subject)} characters, {MAX_CHARACTERS} at most"
    if not FORM.fullmatch(subject):
        return "not of the form `area: verb object`"
    return None


def main() -> int:
    if git("merge-base", BASE, "HEAD") is None:
        return 0
    log = git("log", "--no-merges", "--format=%h %s", f"{BASE}..HEAD") or ""
    commits = [line.partition(" ") for line in log.splitlines()]
    faults = [(commit, subject, fault(subject)) for commit, _, subject in commits]
    refused = [f"{commit} {subject}\n  {wrong}" for commit, subject, wrong in faults if wrong]
    if refused:
        print(f"Commit subjects to reword since {BASE}:", *refused, sep="\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
