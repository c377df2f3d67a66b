"""E-mail addresses: the form that is stored, and the forms that are compared.

The domain becomes its A-label (UTS 46, IDNA 2008), so that mail reaches it without SMTPUTF8. The
local part is ASCII letters, digits and the signs of RFC 5321's ``Dot-string``, in lower case: no
quoted strings, comments, address literals or encoded words (RFC 2047).
"""

from __future__ import annotations

import re
import unicodedata

import idna
from marshmallow import ValidationError

from contracts.inputs.texts import named

LONGEST = 254
"""Octets of a whole address: RFC 5321's path of 256, without its angle brackets."""
LONGEST_LOCAL_PART = 64
LONGEST_TYPED = 4 * LONGEST
"""Characters, before the domain gets its short form."""

ATEXT = r"[0-9A-Za-z!#$%&'*+/=?^_`{|}~-]"
NOT_ATEXT = re.compile(rf"(?!{ATEXT}|\.).", re.DOTALL)
DOT_STRING = re.compile(rf"{ATEXT}+(?:\.{ATEXT}+)*")
HALF_WIDTH = {0xFF01 + place: 0x21 + place for place in range(94)} | {0x3000: 0x20}
"""East Asian keyboards type full-width forms of ASCII; the two are the same letters."""


def email_address(text: str) -> str:
    """The address in the form that is stored and that mail is sent to.

    White space around it is dropped: phone keyboards add some.
    """
    if len(text) > LONGEST_TYPED:
        raise _wrong(f"it must be at most {LONGEST} characters long")
    text = unicodedata.normalize("NFC", text.translate(HALF_WIDTH)).strip()
    local_part, at, domain = text.rpartition("@")
    if not at:
        raise _wrong("it has no @")
    if len(text) > LONGEST:
        raise _wrong(f"it must be at most {LONGEST} characters long")
    address = f"{_local_part(local_part)}@{_domain(domain)}"
    if len(address) > LONGEST:
        raise _wrong(f"it must be at most {LONGEST} characters long")
    return address


def address_key(text: str) -> str:
    """The key that all spellings of one address share; never refuses.

    Accounts from before addresses had one form may have one that ``email_address`` refuses: its
    key is its spelling in lower case. An address that no account can have gets a key as well, so
    that it is looked up, and counted, like any other.
    """
    try:
        return email_address(text)
    except ValidationError:
        return text.strip().lower()


def mailbox_of(address: str) -> str:
    """The key of rate limits, shared by addresses that are likely to be one mailbox.

    ``v.ic+news@example.org`` counts as ``vic@example.org``: a tag after ``+`` (RFC 5233), and dots,
    which some large providers ignore. Nothing is sent to this form.
    """
    local_part, _, domain = address_key(address).rpartition("@")
    untagged = local_part.partition("+")[0].replace(".", "")
    return f"{untagged or local_part}@{domain}"


def _local_part(text: str) -> str:
    if not text:
        raise _wrong("there is nothing before the @")
    if not text.isascii():
        other = next(character for character in text if not character.isascii())
        raise _wrong(f"before the @ only letters from a to z can be used, not {named(other)}")
    if wrong := NOT_ATEXT.search(text):
        raise _wrong(f"there must be no {named(wrong[0])} before the @")
    if "=?" in text:
        raise _wrong("there must be no =? before the @")
    if not DOT_STRING.fullmatch(text):
        raise _wrong("dots before the @ must stand one by one, between other characters")
    if len(text) > LONGEST_LOCAL_PART:
        raise _wrong(f"there must be at most {LONGEST_LOCAL_PART} characters before the @")
    return text.lower()


def _domain(text: str) -> str:
    if not text:
        raise _wrong("there is nothing after the @")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp"):
            raise _wrong(f"there must be no {named(character)} after the @")
    try:
        domain = idna.encode(text, strict=True, uts46=True, std3_rules=True).decode().lower()
    except UnicodeError:
        raise _wrong("what is after the @ must be the name of a domain") from None
    first, dot, last = domain.rpartition(".")
    if not first or not dot or not last or last.isdigit():
        raise _wrong("what is after the @ must be a whole domain, such as example.org")
    return domain


def _wrong(why: str) -> ValidationError:
    return ValidationError(f"Not a valid email address: {why}.")
