"""Clients that generators make from the description play the main job, uploads included."""

from __future__ import annotations

import base64
import copy
import json
import os
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from eventlet.green import subprocess  # the platform runs in this process, and is to go on

from tests.contracts.tools import client_tool, node, npm_tool
from tests.support.eventually import eventually
from tests.support.factories import (
    PASSWORD,
    Person,
    a_client,
    an_address,
    an_admin,
    slots_of,
    somebody,
)
from tests.support.pictures import a_picture
from tests.support.platform import House

JOBS = Path(__file__).parent / "clients"
NAME = "Dr Ada Example"
PDF = b"%PDF-1.7"
FILES = {
    ("GET /api/v1/photos/{name}", "image/webp"),
    (
        "GET /api/v1/specialists/{specialist_id}/licence/document",
        "application/pdf, image/jpeg, image/png",
    ),
}
"""Answers that are files: openapi-python-client leaves them to its users, and says so."""
WARNING = re.compile(r"WARNING parsing (\w+ \S+) within [^.]+\.\s+(.+)")
NO_SUCH_CONTENT = re.compile(r"\(Unsupported content_type (.+)\), response will be omitted")
STRICT = ["--strict", "--noUncheckedIndexedAccess"]
FOR_NODE = ["--target", "es2022", "--module", "commonjs", "--lib", "es2022,dom,dom.iterable"]

Job = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Plays a part with what it is given, and says what became of it."""


def run(command: list[str], folder: Path, **environment: str) -> Any:
    return subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def played(command: list[str], folder: Path, part: str, facts: dict[str, Any]) -> dict[str, Any]:
    done = run([*command, part, json.dumps(facts)], folder)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the clients are made."""
    return tmp_path_factory.mktemp("clients")


@pytest.fixture(scope="module")
def python_client(openapi: dict[str, Any], folder: Path) -> str:
    """What the generator said while it made ``firststep_client``."""
    (folder / "openapi.json").write_text(json.dumps(openapi))
    generator = client_tool("openapi-python-client")
    path = f"{Path(generator).parent}{os.pathsep}{os.environ['PATH']}"  # it formats with ruff
    options = ["--path=openapi.json", "--meta=none", "--output-path=firststep_client"]
    done = run([generator, "generate", *options], folder, PATH=path)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout + done.stderr)


@pytest.fixture(scope="module")
def python_job(python_client: str, folder: Path) -> Job:
    shutil.copy(JOBS / "main_job.py", folder)
    return partial(played, [client_tool("python"), "main_job.py"], folder)


@pytest.fixture(scope="module")
def typescript_types(openapi: dict[str, Any], folder: Path) -> str:
    """What the generator said while it made ``api.ts``."""
    return typed(openapi, folder)


@pytest.fixture(scope="module")
def typescript_job(typescript_types: str, folder: Path) -> Job:
    done = compiled(folder)
    assert done.returncode == 0, done.stdout
    return partial(played, [node(), "out/main_job.js"], folder)


def typed(document: dict[str, Any], folder: Path) -> str:
    """What openapi-typescript says while it makes ``api.ts``."""
    (folder / "openapi.json").write_text(json.dumps(document))
    generator = [npm_tool("openapi-typescript"), "openapi.json", "--output=api.ts"]
    done = run(generator, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(done.stdout + done.stderr)


def compiled(folder: Path) -> Any:
    """What the compiler says of the job, with the types in this folder."""
    shutil.copy(JOBS / "main_job.ts", folder)
    return run([npm_tool("tsc"), *STRICT, *FOR_NODE, "--outDir", "out", "main_job.ts"], folder)


def test_the_python_client_plays_the_main_job(
    embedded_house: House, openapi: dict[str, Any], python_job: Job, folder: Path
) -> None:
    assert embedded_house.http.get("/openapi.json").json() == openapi
    (folder / "me.png").write_bytes(a_picture("PNG"))
    (folder / "licence.pdf").write_bytes(PDF)
    play(embedded_house, python_job, {"photo": "me.png", "document": "licence.pdf"})


def test_the_typescript_client_plays_the_main_job(
    embedded_house: House, openapi: dict[str, Any], typescript_job: Job
) -> None:
    assert embedded_house.http.get("/openapi.json").json() == openapi
    files = {"photo_bytes": a_picture("PNG"), "document_bytes": PDF}
    facts = {name: base64.b64encode(content).decode() for name, content in files.items()}
    play(embedded_house, typescript_job, facts)


def play(house: House, job: Job, files: dict[str, str]) -> None:
    """A specialist offers, an admin looks at their licence, and a client books."""
    http = house.http
    specialist, client = somebody(http, "specialist", NAME), a_client(http)
    facts = {"url": str(http.base_url).rstrip("/"), "password": PASSWORD, "display_name": NAME}

    offered = job("offer", {**facts, **files, "email": specialist.email})
    assert offered["specialist_id"] == specialist.id
    assert http.get(httpx.URL(offered["photo"]).path).is_success
    be_listed(specialist)
    assert document_of(specialist) == PDF

    newcomer = {"newcomer": an_address(), "specialist_id": specialist.id}
    booked = job("book", {**facts, **newcomer, "email": client.email})
    [consultation] = specialist.get("/consultations").json()["items"]
    assert consultation["id"] == booked["consultation_id"]
    assert consultation["client"] == {"id": client.id, "display_name": "Sam Client"}
    assert (consultation["status"], consultation["cancelled_by"]) == ("cancelled", "client")


def be_listed(specialist: Person) -> None:
    """An admin verifies the licence, and clients find its holder."""
    version = specialist.get("/specialists/me/licence").json()["version"]
    decision = {"decision": "verified", "version": version}
    path = f"/specialists/{specialist.id}/verification"
    assert an_admin(specialist.http).put(path, decision).is_success
    assert specialist.patch("/specialists/me", {"status": "listed"}).is_success
    eventually(lambda: specialist.get("/specialists/me").json()["featured"])
    eventually(lambda: slots_of(specialist))
    search = "/api/v1/specialists?words=Ada"
    eventually(lambda: specialist.http.get(search).json()["items"])


def document_of(specialist: Person) -> bytes:
    admin = an_admin(specialist.http)
    return admin.get(f"/specialists/{specialist.id}/licence/document").content


def test_the_python_generator_passes_over_nothing_but_answers_that_are_files(
    python_client: str,
) -> None:
    said = {(where, why) for where, why in WARNING.findall(python_client)}
    assert len(said) == python_client.count("WARNING"), python_client
    assert "ERROR" not in python_client
    found = {(where, match[1]) for where, why in said if (match := NO_SUCH_CONTENT.search(why))}
    assert found == FILES
    assert len(said) == len(FILES)


def test_the_typescript_generator_warns_of_nothing(typescript_types: str) -> None:
    said = typescript_types.strip().splitlines()
    assert len(said) == 2, said  # its name, and how long it took


@pytest.mark.parametrize("changed", ["gone", "new"])
def test_a_frontend_does_not_compile_with_other_codes_than_it_knows(
    openapi: dict[str, Any], tmp_path: Path, changed: str
) -> None:
    document = copy.deepcopy(openapi)
    codes = document["components"]["schemas"]["BookConsultationProblemCode"]["enum"]
    if changed == "gone":
        codes.remove("slot_taken")
    else:
        codes.append("brand_new")
    typed(document, tmp_path)
    done = compiled(tmp_path)
    assert done.returncode != 0
    expected = {"gone": '"slot_taken"\' is not comparable', "new": "not assignable to type 'never'"}
    assert expected[changed] in done.stdout
