"""Files in RPC calls between gateway and services, in base64, since JSON has no bytes."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Annotated

from annotated_doc import Doc

from chassis.errors import Invalid

LARGEST_FILE = 5 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class File:
    """A file: its media type and its bytes."""

    media_type: str
    content: Annotated[str, Doc("Base64.")] = field(repr=False)

    @classmethod
    def of(cls, content: bytes, media_type: str = "application/octet-stream") -> File:
        return cls(media_type=media_type, content=base64.b64encode(content).decode())

    def read(self) -> bytes:
        return base64.b64decode(self.content)


class BadFile(Invalid):
    """This file is damaged, or of a kind that can't be used. Please send another one."""

    code = "bad_file"
