"""The descriptions of the API and the events are clean for the linters that others use."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.contracts.tools import npm_tool

REDOCLY = ["redocly", "lint", "--extends=recommended", "--format=json"]
SPECTRAL = ["spectral", "lint", "--format=json", "--ruleset"]


def run(command: list[str], folder: Path) -> Any:
    """What a linter says, read from its JSON."""
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    done = subprocess.run(
        [npm_tool(command[0]), *command[1:]],
        cwd=folder,
        env=os.environ | quiet,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout, done.stderr
    said, _ = json.JSONDecoder().raw_decode(done.stdout)  # spectral adds a sentence
    return said


def redocly(document: dict[str, Any], folder: Path) -> list[str]:
    (folder / "openapi.json").write_text(json.dumps(document))
    said = run([*REDOCLY, "openapi.json"], folder)
    return [f"{each['ruleId']}: {each['message']}" for each in said["problems"]]


def spectral(document: dict[str, Any], folder: Path, rules: str) -> list[str]:
    (folder / "document.json").write_text(json.dumps(document))
    (folder / "rules.yaml").write_text(f'extends: ["{rules}"]\n')
    said = run([*SPECTRAL, "rules.yaml", "document.json"], folder)
    return [f"{each['code']}: {each['message']} {each['path']}" for each in said]


def test_redocly_finds_nothing_in_the_api(openapi: dict[str, Any], tmp_path: Path) -> None:
    assert redocly(openapi, tmp_path) == []


def test_spectral_finds_nothing_in_the_api(openapi: dict[str, Any], tmp_path: Path) -> None:
    assert spectral(openapi, tmp_path, "spectral:oas") == []


def test_spectral_finds_nothing_in_the_events(asyncapi: dict[str, Any], tmp_path: Path) -> None:
    assert spectral(asyncapi, tmp_path, "spectral:asyncapi") == []


def test_the_linters_would_notice_what_is_wrong(openapi: dict[str, Any], tmp_path: Path) -> None:
    spoilt = {**openapi, "servers": [], "tags": []}
    assert any(said.startswith("no-empty-servers") for said in redocly(spoilt, tmp_path))
    found = spectral(spoilt, tmp_path, "spectral:oas")
    assert any(said.startswith("operation-tag-defined") for said in found)
