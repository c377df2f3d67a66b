"""File storage: files in a local folder, or in a bucket with the S3 API.

    files = FileStorage()       # a service's dependency

A file is written once, under a name that is never reused, so a URL never changes its meaning. A
service writes a file before the transaction that mentions its name, and deletes files that no row
mentions on a schedule: ``names_before`` lists those that are old enough.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import structlog
from eventlet import tpool
from nameko.extensions import DependencyProvider

from chassis import private_files
from chassis.error_text import error_text
from chassis.errors import NotFound, Unavailable
from chassis.ids import new_id
from chassis.settings import BadSettings

BUCKETS = ("s3", "s3+http")
CONNECT_TIMEOUT_S, READ_TIMEOUT_S, ATTEMPTS = 2, 3, 2
"""All attempts together stay within a call's deadline."""

log = structlog.get_logger()


class StorageAway(Unavailable):
    """Files can't be read or stored at the moment. Please try again in a minute."""

    code = "storage_away"


class Files(Protocol):
    """Files by name: lower case, digits, ``-``, ``.`` and ``/``. Methods raise ``StorageAway``."""

    def put(self, name: str, content: bytes) -> None:
        """Store a file; it is durable when this returns."""

    def get(self, name: str) -> bytes:
        """A file's content; raises ``NotFound``."""

    def delete(self, name: str) -> None:
        """Delete a file. Idempotent."""

    def names_before(self, moment: datetime, prefix: str = "") -> Iterator[str]:
        """Names with this prefix that were stored before this time."""


class FileStorage(DependencyProvider):
    """Gives a service the files in ``FIRSTSTEP_FILES``."""

    def setup(self) -> None:
        address: str = self.container.config["FILES"]
        if not address:
            service = self.container.service_name
            raise BadSettings(f"FIRSTSTEP_FILES is missing: {service} keeps files there")
        self.files = files_at(address)

    def get_dependency(self, worker_ctx: Any) -> Files:
        return self.files


def files_at(address: str) -> Files:
    """The storage that a ``FIRSTSTEP_FILES`` names."""
    if urlsplit(address).scheme in BUCKETS:
        return S3Files(address)
    return LocalFiles(Path(address))


class LocalFiles:
    """Files in a folder that all instances of the service share; accessed in a thread."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, name: str, content: bytes) -> None:
        with _errors_translated():
            tpool.execute(self._write, self._root / name, content)

    def get(self, name: str) -> bytes:
        with _errors_translated(), suppress(FileNotFoundError):
            return bytes(tpool.execute((self._root / name).read_bytes))
        raise NotFound

    def delete(self, name: str) -> None:
        with _errors_translated():
            (self._root / name).unlink(missing_ok=True)

    def names_before(self, moment: datetime, prefix: str = "") -> Iterator[str]:
        with _errors_translated():
            yield from tpool.execute(self._older, moment, prefix)

    def _older(self, moment: datetime, prefix: str) -> list[str]:
        found = []
        for folder, _, names in os.walk(self._root / prefix.rpartition("/")[0]):
            for path in (Path(folder) / name for name in names):
                name = path.relative_to(self._root).as_posix()
                if not name.startswith(prefix):
                    continue
                with suppress(FileNotFoundError):  # another process has just deleted it
                    if datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment:
                        found.append(name)
        return found

    @staticmethod
    def _write(path: Path, content: bytes) -> None:
        """Write atomically: after a crash the file is complete or absent."""
        private_files.make_folder(path.parent)
        part = path.with_name(f"{path.name}.{new_id()}.part")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class S3Files:
    """Files in a bucket: ``s3://key:secret@host:port/bucket``, ``s3+http://`` without TLS (inside a
    private network), ``?region=eu-central-1`` where the host needs one."""

    def __init__(self, address: str) -> None:
        import boto3  # only where a bucket is used: it takes tens of megabytes
        from botocore.config import Config

        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        scheme = "https" if parts.scheme == "s3" else "http"
        self._bucket = parts.path.strip("/")
        self._client = boto3.client(
            "s3",
            endpoint_url=f"{scheme}://{host}",
            aws_access_key_id=unquote(parts.username or ""),
            aws_secret_access_key=unquote(parts.password or ""),
            region_name=parse_qs(parts.query).get("region", ["us-east-1"])[0],
            config=Config(
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=READ_TIMEOUT_S,
                retries={"total_max_attempts": ATTEMPTS},
                s3={"addressing_style": "path"},
            ),
        )

    def put(self, name: str, content: bytes) -> None:
        with _errors_translated():
            self._client.put_object(Bucket=self._bucket, Key=name, Body=content)

    def get(self, name: str) -> bytes:
        with _errors_translated():
            try:
                answer = self._client.get_object(Bucket=self._bucket, Key=name)
            except self._client.exceptions.NoSuchKey:
                raise NotFound from None
            return bytes(answer["Body"].read())

    def delete(self, name: str) -> None:
        with _errors_translated():
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def names_before(self, moment: datetime, prefix: str = "") -> Iterator[str]:
        with _errors_translated():
            listing = self._client.get_paginator("list_objects_v2")
            for page in listing.paginate(Bucket=self._bucket, Prefix=prefix):
                for each in page.get("Contents", []):
                    if each["LastModified"] < moment:
                        yield each["Key"]


@contextmanager
def _errors_translated() -> Iterator[None]:
    """Raises ``StorageAway``; the cause is only logged, since it says where files are stored.

    botocore's errors are matched by module name: it may not be loaded.
    """
    try:
        yield
    except (FileNotFoundError, NotFound):
        raise
    except Exception as error:
        if isinstance(error, OSError) or type(error).__module__.startswith("botocore."):
            log.warning("storage_away", error=error_text(error))
            raise StorageAway from error
        raise
