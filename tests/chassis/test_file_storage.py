"""Files are kept under their names, in a folder and in a bucket alike."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore.httpsession
import pytest
from moto.server import ThreadedMotoServer

from chassis import json
from chassis.errors import NotFound
from chassis.file_storage import Files, StorageAway, files_at
from chassis.times import utc_now
from tests.system.processes import a_free_port

# pytest's plugins import urllib3 before this process becomes green; a service never does
botocore.httpsession.SSLContext = ssl.SSLContext

NAMES = ("photos/a-96.webp", "photos/b-96.webp", "licences/c")


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    port = a_free_port()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    server.start()
    key = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    client: Any = boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{port}", region_name="us-east-1", **key
    )
    client.create_bucket(Bucket="people")
    yield f"s3+http://key:secret@127.0.0.1:{port}/people"
    server.stop()


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    if request.param == "folder":
        return files_at(str(tmp_path / "files"))
    return files_at(request.getfixturevalue("bucket"))


def test_what_is_put_is_there(files: Files) -> None:
    content = bytes(range(256)) * 5000
    for name in NAMES:
        files.put(name, content)
        assert files.get(name) == content
    files.put(NAMES[0], b"anew")
    assert files.get(NAMES[0]) == b"anew"


def test_what_is_not_there_is_not_found(files: Files) -> None:
    with pytest.raises(NotFound) as refusal:
        files.get("photos/never")
    assert "never" not in refusal.value.detail  # a document's name is its owner's and ours


def test_what_is_deleted_is_gone_and_may_be_deleted_again(files: Files) -> None:
    files.put("photos/gone", b"x")
    for _ in range(2):
        files.delete("photos/gone")
        with pytest.raises(NotFound):
            files.get("photos/gone")


def test_what_was_put_before_a_time_is_listed(files: Files) -> None:
    for name in NAMES:
        files.put(name, b"x")
    assert list(files.names_before(utc_now() - timedelta(minutes=1))) == []
    assert set(files.names_before(utc_now() + timedelta(minutes=1))) >= set(NAMES)


def test_what_begins_alike_is_listed_alone(files: Files) -> None:
    for name in ("photos/ada-1", "photos/ada-2", "photos/adam-1", "licences/ada-1"):
        files.put(name, b"x")
    soon = utc_now() + timedelta(minutes=1)
    assert set(files.names_before(soon, prefix="photos/ada-")) == {"photos/ada-1", "photos/ada-2"}
    assert list(files.names_before(soon, prefix="nowhere/ada-")) == []


def test_a_bucket_that_is_away_is_said() -> None:
    away = files_at(f"s3+http://key:secret@127.0.0.1:{a_free_port()}/people")
    with pytest.raises(StorageAway):
        away.put("photos/a", b"x")
    with pytest.raises(StorageAway):
        list(away.names_before(utc_now()))


def test_a_folder_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("not a folder")
    files = files_at(str(tmp_path / "files"))
    with pytest.raises(StorageAway):
        files.put("photos/a", b"x")


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_what_is_away_is_told_to_operators_and_not_to_callers(
    tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "secret-place").write_text("not a folder")
    where = f"127.0.0.1:{a_free_port()}"
    away = {"folder": f"{tmp_path}/secret-place", "bucket": f"s3+http://k:s3cret@{where}/people"}
    files = files_at(away[kind])
    asked: list[Callable[[], object]] = [
        lambda: files.put("photos/a", b"x"),
        lambda: files.get("photos/a"),
        lambda: files.delete("photos/a"),
        lambda: list(files.names_before(utc_now())),
    ]
    for ask in asked if kind == "bucket" else asked[:1]:
        caplog.clear()
        with pytest.raises(StorageAway) as refusal:
            ask()
        told = json.dumps(refusal.value.to_wire()).decode()
        assert refusal.value.detail == StorageAway.sentence()
        for private in ("secret-place", where, "people", "photos", "s3cret", str(tmp_path)):
            assert private not in told
        assert ("secret-place" if kind == "folder" else where) in caplog.text
        assert "s3cret" not in caplog.text


def test_folders_and_files_are_their_owners_alone(tmp_path: Path) -> None:
    files = files_at(str(tmp_path / "deep/files"))
    before = os.umask(0)
    try:
        files.put("photos/a", b"x")
    finally:
        os.umask(before)
    for folder in ("deep", "deep/files", "deep/files/photos"):
        assert (tmp_path / folder).stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "deep/files/photos/a").stat().st_mode & 0o777 == 0o600


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = files_at(str(tmp_path))

    def fail(_: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(StorageAway):
        files.put("photos/a", b"x")
    with pytest.raises(NotFound):
        files.get("photos/a")
