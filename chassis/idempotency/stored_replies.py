"""What a writing call answered, as it is kept for its repetitions.

    answer                                  neither the call nor the answer has secret fields
    sealed fingerprint, newline, answer     the call has: a repetition must show the same secrets
    sealed (fingerprint, answer)            the answer has, whatever the call has

The fingerprint of a call's secrets is sealed, since a password could be guessed from it. Any of the
keys in ``FIRSTSTEP_SEAL_KEYS`` opens it: a rotation disturbs no repetition. An answer without
secrets stays readable: erasure looks for ids in it.
"""

from __future__ import annotations

from typing import Any

from chassis import json
from chassis.config import BadSettings
from chassis.idempotency.keys import AlreadyAnswered, Call, KeyReused, secrets_in
from chassis.sealing import SEALED, Seal

NEWLINE = b"\n"
"""Neither a seal nor JSON, as we write it, contains one."""


def encode_reply(answer: Any, call: Call, seal: Seal | None) -> bytes:
    """The answer as bytes; raises ``BadSettings`` where it has to be sealed and no key is set."""
    if secrets_in(answer):
        return _needed(seal).close(json.dumps([call.secrets, answer])).encode()
    if call.has_secrets:
        return _needed(seal).close(call.secrets.encode()).encode() + NEWLINE + json.dumps(answer)
    return json.dumps(answer)


def error_for_repetition(
    reply: bytes, fingerprint: str, call: Call, seal: Seal | None
) -> AlreadyAnswered | KeyReused:
    """What to raise for a call whose key stands beside this reply already."""
    if not reply.startswith(SEALED):
        return call.again(fingerprint, call.secrets, json.loads(reply))
    sealed, newline, answer = reply.partition(NEWLINE)
    opened = _needed(seal).open(sealed.decode())
    secrets, answer = (opened.decode(), json.loads(answer)) if newline else json.loads(opened)
    return call.again(fingerprint, secrets, answer)


def _needed(seal: Seal | None) -> Seal:
    if seal is None:
        raise BadSettings("FIRSTSTEP_SEAL_KEYS is missing: what bears secrets is kept sealed")
    return seal
