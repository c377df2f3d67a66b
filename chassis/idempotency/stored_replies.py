"""Stored replies: how the reply of a writing call is encoded for its repetitions.

    reply                                   neither the call nor its reply has secret fields
    sealed fingerprint, newline, reply      the call has: a repetition must show the same secrets
    sealed (fingerprint, reply)             the reply has, whether or not the call has

The fingerprint of a call's secrets is sealed, since a password could be guessed from it. Any of the
keys in ``FIRSTSTEP_SEAL_KEYS`` opens it, so repetitions survive a key rotation. A reply without
secrets stays readable: erasure searches it for ids.
"""

from __future__ import annotations

from typing import Any

from chassis import json
from chassis.idempotency.keys import AlreadyAnswered, Call, KeyReused, secrets_in
from chassis.sealing import SEALED, Seal
from chassis.settings import BadSettings

NEWLINE = b"\n"
"""The separator: neither a seal nor our JSON contains one."""


def encode_reply(answer: Any, call: Call, seal: Seal | None) -> bytes:
    """The reply as bytes; raises ``BadSettings`` where it must be sealed and no key is set."""
    if secrets_in(answer):
        return _needed(seal).close(json.dumps([call.secrets, answer])).encode()
    if call.has_secrets:
        return _needed(seal).close(call.secrets.encode()).encode() + NEWLINE + json.dumps(answer)
    return json.dumps(answer)


def error_for_repetition(
    reply: bytes, fingerprint: str, call: Call, seal: Seal | None
) -> AlreadyAnswered | KeyReused:
    """The error for a call whose key is stored already, with this reply."""
    if not reply.startswith(SEALED):
        return call.repetition_error(fingerprint, call.secrets, json.loads(reply))
    sealed, newline, answer = reply.partition(NEWLINE)
    opened = _needed(seal).open(sealed.decode())
    secrets, answer = (opened.decode(), json.loads(answer)) if newline else json.loads(opened)
    return call.repetition_error(fingerprint, secrets, answer)


def _needed(seal: Seal | None) -> Seal:
    if seal is None:
        raise BadSettings("FIRSTSTEP_SEAL_KEYS is missing: replies with secrets are kept sealed")
    return seal
