"""What a writing call answered, as it is kept for its repetitions: a secret answer sealed."""

from __future__ import annotations

from typing import Any

from chassis import json
from chassis.config import BadSettings
from chassis.idempotency import AlreadyAnswered, Call, KeyReused, secrets_in
from chassis.sealing import SEALED, Seal


def kept(answer: Any, call: Call, seal: Seal | None) -> bytes:
    """The answer as bytes. One with secret fields is sealed, together with the fingerprint of the
    secrets that it was given for."""
    if not secrets_in(answer):
        return json.dumps(answer)
    return _needed(seal).close(json.dumps([call.secrets, answer])).encode()


def recalled(
    reply: bytes, fingerprint: str, call: Call, seal: Seal | None
) -> AlreadyAnswered | KeyReused:
    """What to raise for a call whose key stands beside this reply already."""
    if not reply.startswith(SEALED):
        return call.again(fingerprint, call.secrets, json.loads(reply))
    secrets, answer = json.loads(_needed(seal).open(reply.decode()))
    return call.again(fingerprint, secrets, answer)


def _needed(seal: Seal | None) -> Seal:
    if seal is None:
        raise BadSettings("FIRSTSTEP_SEAL_KEYS is missing: an answer with secrets is kept sealed")
    return seal
