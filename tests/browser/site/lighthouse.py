"""Lighthouse's scores of six pages of a running platform: ``make lighthouse``.

Its mobile preset: a slow phone, slow 4G. Scores of speed are worth something on a quiet machine.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
BINARY = HERE / "node_modules" / ".bin" / "lighthouse"
PAGES = (
    "/",
    "/specialists",
    "/specialists/amira-haddad",
    "/free-consultation",
    "/articles/anxiety-what-helps",
    "/help-now",
)
SCORES = ("performance", "accessibility", "best-practices", "seo")
PAINT = "largest-contentful-paint"


def main(site: str) -> None:
    for path in PAGES:
        report = measured(f"{site.rstrip('/')}{path}")
        scores = "  ".join(f"{each} {_score(report, each):3}" for each in SCORES)
        paint = report["audits"][PAINT]["displayValue"]
        print(f"{path:32} {scores}  {PAINT} {paint}")
        for name in _lost(report):
            print(f"{'':32} - {name}")


def measured(address: str) -> dict[str, Any]:
    chrome = shutil.which("chromium") or shutil.which("google-chrome") or ""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "report.json"
        command = [
            str(BINARY),
            address,
            "--quiet",
            "--output=json",
            f"--output-path={output}",
            f"--only-categories={','.join(SCORES)}",
            "--chrome-flags=--headless --no-sandbox --disable-gpu",
        ]
        subprocess.run(command, check=True, env={"CHROME_PATH": chrome, "PATH": "/usr/bin:/bin"})
        report: dict[str, Any] = json.loads(output.read_text())
    return report


def _score(report: dict[str, Any], category: str) -> int:
    score: float = report["categories"][category]["score"]
    return round(score * 100)


def _lost(report: dict[str, Any]) -> list[str]:
    """Audits outside of performance that cost points."""
    found = [
        each["id"]
        for category in SCORES[1:]
        for each in report["categories"][category]["auditRefs"]
        if each["weight"]
    ]
    scores = {each: report["audits"][each]["score"] for each in found}
    return [each for each, score in scores.items() if score is not None and score < 1]


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
