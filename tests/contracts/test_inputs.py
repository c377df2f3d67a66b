"""One normalising function per kind of input: what each makes of what people type."""

from __future__ import annotations

import email.policy
import re
import unicodedata
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from chassis.errors import Invalid
from chassis.schemas import Reading, load
from contracts.inputs.addresses import address_key, email_address, mailbox_of
from contracts.inputs.passwords import normal_form, password, typed_password
from contracts.inputs.texts import (
    MOST_DIACRITICS,
    ONE_LINE_OR_NONE,
    headline,
    named,
    one_line,
    running_text,
)
from contracts.inputs.urls import https_address, web_address
from contracts.inputs.zones import TIME_ZONES, time_zone, why_not_a_zone
from contracts.profiles.accounts import ChangeAccount, SignUp, SignUpRole
from contracts.profiles.sessions import LogIn
from contracts.profiles.specialists import ChangeProfile
from tests.support.agreements import AGREED, AGREED_TO

Normalising = Callable[[str], str]

ANYTHING = st.text(max_size=40)
TYPED = st.text(
    st.sampled_from(
        "aZ09 .@-_+=?\"'\\()<>,;:[]%éüß\u0301\u212aｊ＠．。ﷺ\u00ad\u200b\u200d\u202e\n\t\x0b"
    )
    | st.characters(),
    max_size=30,
)
"""Much of what is special to one of the kinds, and whatever else there is."""


def refusal(by: Normalising, text: str) -> str:
    with pytest.raises(ValidationError) as refused:
        by(text)
    [message] = refused.value.messages
    return str(message)


@pytest.mark.parametrize(
    "by",
    [
        *(email_address, address_key, password, normal_form, typed_password),
        *(one_line, headline, running_text),
        *(web_address, time_zone),
    ],
)
@given(text=ANYTHING | TYPED | TYPED.map(lambda text: f"a@{text}.org"))
def test_a_normal_form_is_its_own(by: Normalising, text: str) -> None:
    try:
        normal = by(text)
    except ValidationError:
        return
    assert by(normal) == normal


# E-mail addresses


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("sam@example.org", "sam@example.org"),
        (" Sam@Example.ORG \n", "sam@example.org"),
        ("\u00a0sam@example.org\u3000", "sam@example.org"),
        ("j@münchen.example", "j@xn--mnchen-3ya.example"),
        ("j@MÜNCHEN.example", "j@xn--mnchen-3ya.example"),
        ("j@mu\u0308nchen.example", "j@xn--mnchen-3ya.example"),
        ("j@ｍünchen.example", "j@xn--mnchen-3ya.example"),
        ("ｊ＠ｍünchen．example", "j@xn--mnchen-3ya.example"),
        ("j@XN--MNCHEN-3YA.example", "j@xn--mnchen-3ya.example"),
        ("j@straße.example", "j@xn--strae-oqa.example"),
        ("j@例え。テスト", "j@xn--r8jz45g.xn--zckzah"),
        ("j@пример.рф", "j@xn--e1afmkfd.xn--p1ai"),
        ("vic\u212a@example.org", "vick@example.org"),  # KELVIN SIGN: canonically a K
        ("o'brien+news_2=x@mail.example.co.uk", "o'brien+news_2=x@mail.example.co.uk"),
        (f"{'a' * 64}@example.org", f"{'a' * 64}@example.org"),
    ],
)
def test_spellings_of_an_address_become_one(typed: str, kept: str) -> None:
    assert email_address(typed) == kept == address_key(typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://video.example/ada", "https://video.example/ada"),
        (" https://video.example/j/1?pwd=aB#x\n", "https://video.example/j/1?pwd=aB#x"),
        ("HTTPS://video.example/ada", "HTTPS://video.example/ada"),
    ],
)
def test_an_address_over_https_is_kept_as_it_was_given(typed: str, kept: str) -> None:
    assert https_address(typed) == kept == https_address(kept)


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ("", "begins with https://"),
        ("http://video.example/ada", "begins with https://"),
        ("video.example/ada", "begins with https://"),
        ("javascript:alert(1)", "begins with https://"),
        ("ftp://video.example/ada", "begins with https://"),
        ("https://bank.example@video.example/", "user name"),
        ("https://sam:secret@video.example/", "user name"),
        ("https://video.example\\@other.example/", "user name"),
        ("https://video.example/our room", "Must not contain U+0020 (SPACE)."),
        ("https://video.example/a\u202eb", "U+202E"),
    ],
)
def test_what_somebody_on_the_way_could_change_is_refused(typed: str, because: str) -> None:
    assert because in refusal(https_address, typed)


@pytest.mark.parametrize(
    ("typed", "because"),
    [
        ("", "no @"),
        ("nobody", "no @"),
        ("@example.org", "nothing before"),
        ("sam@", "nothing after"),
        ('"sam"@example.org', 'no " before'),
        ('"a\x0bb"@example.org', 'no " before'),
        ('"a@b"@example.org', 'no " before'),
        ("=?utf-8?q?vic?=@example.org", "no =? before"),
        ("a=?b@example.org", "no =? before"),
        ("sam(work)@example.org", "no ( before"),
        ("Sam <sam@example.org>", "U+0020 (SPACE)"),
        ("sam@example.org,vic@example.org", "no @ before"),
        ("sam@example.org\r\nBcc: vic@example.org", "no @ before"),
        ("sam\r\nx@example.org", "U+000D (CARRIAGE RETURN)"),
        ("a\x0bb@example.org", "U+000B (LINE TABULATION)"),
        ("a\x1eb@example.org", "U+001E"),
        ("a\x7fb@example.org", "U+007F"),
        ("a\u2028b@example.org", "U+2028 (LINE SEPARATOR)"),
        ("a\u200bb@example.org", "U+200B (ZERO WIDTH SPACE)"),
        ("\u202esam@example.org", "U+202E (RIGHT-TO-LEFT OVERRIDE)"),
        ("jürgen@example.org", "letters from a to z"),
        ("жанна@example.org", "U+0436 (CYRILLIC SMALL LETTER ZHE)"),
        ("ſam@example.org", "U+017F"),  # LATIN SMALL LETTER LONG S is no s
        ("vıc@example.org", "U+0131"),
        (".sam@example.org", "dots"),
        ("sam.@example.org", "dots"),
        ("s..am@example.org", "dots"),
        ("sam@localhost", "whole domain"),
        ("sam@example", "whole domain"),
        ("sam@example.org.", "whole domain"),
        ("sam@127.0.0.1", "whole domain"),
        ("sam@example.123", "whole domain"),
        ("sam@[127.0.0.1]", "name of a domain"),
        ("sam@[IPv6:::1]", "name of a domain"),
        ("sam@exa_mple.org", "name of a domain"),
        ("sam@-example.org", "name of a domain"),
        ("sam@example-.org", "name of a domain"),
        ("sam@ex--ample.org", "name of a domain"),
        ("sam@xn--a.org", "name of a domain"),
        ("sam@example..org", "name of a domain"),
        ("sam@.org", "name of a domain"),
        ("sam@exam ple.org", "U+0020 (SPACE)"),
        ("sam@example\x00.org", "U+0000 (NUL)"),
        ("sam@exam\u200bple.org", "U+200B (ZERO WIDTH SPACE)"),
        ("sam@exam\u00adple.org", "U+00AD (SOFT HYPHEN)"),
        ("sam@exam\u202eple.org", "U+202E"),
        ("sam@exa/mple.org", "name of a domain"),
        ("sam@example.org:25", "name of a domain"),
        (f"sam@{'b' * 64}.org", "name of a domain"),
        (f"{'a' * 65}@example.org", "at most 64 characters"),
        (f"{'x' * 250}@example.org", "at most 254 characters"),
        (f"sam@{'ü' * 60}.{'ü' * 60}.{'ü' * 60}.{'ü' * 60}.org", "domain"),
        ("x" * 100_000, "at most 254 characters"),
    ],
)
def test_what_no_mail_can_be_sent_to_is_no_address(typed: str, because: str) -> None:
    said = refusal(email_address, typed)
    assert said.startswith("Not a valid email address")
    assert because in said
    assert address_key(typed) == typed.strip().lower()  # it can be looked up, and finds nobody


@settings(max_examples=500)
@given(TYPED.map(lambda text: f"{text}@example.org") | TYPED.map(lambda text: f"a@{text}.org"))
def test_mail_to_an_accepted_address_goes_to_just_that_address(typed: str) -> None:
    try:
        kept = email_address(typed)
    except ValidationError:
        return
    local_part, _, domain = kept.rpartition("@")
    for to in (kept, Address(username=local_part, domain=domain)):
        message = EmailMessage(policy=email.policy.SMTP)
        message["To"] = to
        [reached] = message["To"].addresses
        assert reached.addr_spec == kept
        assert message.as_bytes().decode("ascii").count("\r\n") == 2  # the header, and its end
    assert len(kept) <= 254
    assert len(local_part) <= 64


@pytest.mark.parametrize(
    ("address", "mailbox"),
    [
        ("vic@example.org", "vic@example.org"),
        ("Vic+1@example.org", "vic@example.org"),
        ("vic+a+b@Example.org", "vic@example.org"),
        ("v.i.c+1@example.org", "vic@example.org"),
        ("j+x@münchen.example", "j@xn--mnchen-3ya.example"),
        ("+x@example.org", "+x@example.org"),
        ('"x"@example.org', '"x"@example.org'),
    ],
)
def test_addresses_of_one_mailbox_are_counted_as_one(address: str, mailbox: str) -> None:
    assert mailbox_of(address) == mailbox


# Passwords


@pytest.mark.parametrize(
    "typed",
    [
        "Bücherwürmer lesen",
        "Bu\u0308cherwu\u0308rmer lesen",
        "Ｂücherwürmer\u3000lesen",
        "Bücherwürmer\u00a0lesen",
    ],
)
def test_a_password_is_one_however_a_keyboard_spells_it(typed: str) -> None:
    assert password(typed) == normal_form(typed) == "Bücherwürmer lesen"


def a_sign_up(chosen: str) -> SignUp:
    wanted = {"email": "a@example.org", "display_name": "Sam", "role": "client"}
    return load(SignUp, {**wanted, "password": chosen, "agreed_to": AGREED_TO})


@pytest.mark.parametrize(
    "chosen",
    ["ﷺ" * 11, "ﬃ" * 60, "각" * 12, "각" * 200, "ǖ" * 200, "😀" * 200, "x" * 12],
    ids=ascii,
)
def test_the_length_of_a_password_is_that_of_its_normal_form(chosen: str) -> None:
    for typed in (chosen, unicodedata.normalize("NFD", chosen)):
        assert a_sign_up(typed).password == unicodedata.normalize("NFKC", chosen)


@pytest.mark.parametrize("chosen", ["ﷺ" * 12, "e\u0301" * 11, "x" * 11, "x" * 201, "x" * 10**6])
def test_a_password_that_is_too_short_or_too_long_is_refused(chosen: str) -> None:
    with pytest.raises(Invalid) as refused:
        a_sign_up(chosen)
    [error] = refused.value.errors
    assert (error.field, error.value) == ("password", None)
    assert "between 12 and 200" in error.detail


@pytest.mark.parametrize("typed", ["", "x" * 200, "ﷺ" * 200, "e\u0301" * 200, "ᾂ" * 200])
def test_a_password_to_compare_with_stays_as_it_was_typed(typed: str) -> None:
    assert load(LogIn, {"email": "x", "password": typed}).password == typed


@pytest.mark.parametrize("typed", ["x" * 201, "ﷺ" * 201, "e\u0301" * 201, "x" * 10**6])
def test_a_password_that_none_can_be_is_not_compared(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        load(LogIn, {"email": "x", "password": typed})
    [error] = refused.value.errors
    assert (error.field, error.value) == ("password", None)
    assert "200" in error.detail


# Texts

NAMES = [
    "Sam",
    "Mary\u00a0Ann O’Connor-Smith",
    "Nguyễn Thị Ánh",
    "נועה",
    "שָׁלוֹם",
    "علي",
    "نوری\u200cزاده",  # Persian, with a zero width non-joiner
    "क्\u200dष",
    "രാജന്\u200d",  # Malayalam, whose word ends with a joiner
    "ශ්\u200dරී",
    "ကြွှောင့်",
    "བསྒྲུབས",
    "葛\U000e0100城",  # a Japanese name with a variant of its first character
    "👨\u200d👩\u200d👧 Sam",
    "👩🏽\u200d⚕\ufe0f Sam",
    "❤\ufe0f",
    "1\ufe0f\u20e3",
    "🏳\ufe0f\u200d🌈",
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\U0001faeb",  # an emoji of after Unicode 14
    "\U00031350",  # a Chinese character of after it
    "𝔖𝔞𝔪",
    "…",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_of_all_writing_systems_are_taken_as_they_are(name: str) -> None:
    assert one_line(f" \u3000{name}\u00a0 ") == name
    assert load(ChangeAccount, {"display_name": name}).display_name == name


def test_an_accent_is_one_whether_it_is_typed_with_its_letter_or_after_it() -> None:
    assert one_line("Jose\u0301") == running_text("Jose\u0301") == "José"


REFUSED = {
    "\x00": "NUL",
    "\t": "TAB",
    "\n": "LINE FEED",
    "\x0b": "LINE TABULATION",
    "\x1b": "ESCAPE",
    "\x7f": "U+007F",
    "\x85": "NEXT LINE",
    "\x9f": "U+009F",
    "\u00ad": "SOFT HYPHEN",
    "\u034f": "COMBINING GRAPHEME JOINER",
    "\u061c": "ARABIC LETTER MARK",
    "\u115f": "HANGUL CHOSEONG FILLER",
    "\u1160": "HANGUL JUNGSEONG FILLER",
    "\u17b4": "KHMER VOWEL INHERENT AQ",
    "\u180e": "MONGOLIAN VOWEL SEPARATOR",
    "\u200b": "ZERO WIDTH SPACE",
    "\u200c": "ZERO WIDTH NON-JOINER",
    "\u200d": "ZERO WIDTH JOINER",
    "\u200e": "LEFT-TO-RIGHT MARK",
    "\u200f": "RIGHT-TO-LEFT MARK",
    "\u2028": "LINE SEPARATOR",
    "\u2029": "PARAGRAPH SEPARATOR",
    "\u202a": "LEFT-TO-RIGHT EMBEDDING",
    "\u202b": "RIGHT-TO-LEFT EMBEDDING",
    "\u202c": "POP DIRECTIONAL FORMATTING",
    "\u202d": "LEFT-TO-RIGHT OVERRIDE",
    "\u202e": "RIGHT-TO-LEFT OVERRIDE",
    "\u2060": "WORD JOINER",
    "\u2064": "INVISIBLE PLUS",
    "\u2066": "LEFT-TO-RIGHT ISOLATE",
    "\u2067": "RIGHT-TO-LEFT ISOLATE",
    "\u2068": "FIRST STRONG ISOLATE",
    "\u2069": "POP DIRECTIONAL ISOLATE",
    "\u206f": "NOMINAL DIGIT SHAPES",
    "\u3164": "HANGUL FILLER",
    "\ufe00": "VARIATION SELECTOR-1",
    "\ufe0f": "VARIATION SELECTOR-16",
    "\ufeff": "ZERO WIDTH NO-BREAK SPACE",
    "\uffa0": "HALFWIDTH HANGUL FILLER",
    "\ufff9": "INTERLINEAR ANNOTATION ANCHOR",
    "\ufffc": "OBJECT REPLACEMENT CHARACTER",
    "\ufdd0": "U+FDD0",
    "\uffff": "U+FFFF",
    "\u0378": "U+0378",
    "\ue000": "U+E000",
    "\ud800": "U+D800",
    "\U0001d173": "MUSICAL SYMBOL BEGIN BEAM",
    "\U0001ffff": "U+1FFFF",
    "\U000e0001": "LANGUAGE TAG",
    "\U000e0041": "TAG LATIN CAPITAL LETTER A",
    "\U000e0100": "VARIATION SELECTOR-17",
    "\U000f0000": "U+F0000",
}


@pytest.mark.parametrize("around", ["{}", "Sam{}", "{}Sam", "S{}am"])
@pytest.mark.parametrize(("character", "name"), REFUSED.items(), ids=map(ascii, REFUSED))
def test_a_line_with_what_can_not_be_seen_is_refused_by_its_name(
    character: str, name: str, around: str
) -> None:
    said = refusal(one_line, around.format(character))
    assert "one line of text" in said
    assert name in said


@pytest.mark.parametrize(
    "blank",
    ["", " ", "\u00a0", "\u3000", "\u2003\u2009", "\u2800", " \u2800 ", "\u0301", "\U0001d159"],
    ids=ascii,
)
def test_a_name_of_which_nothing_is_seen_is_blank(blank: str) -> None:
    with pytest.raises(Invalid) as refused:
        load(ChangeAccount, {"display_name": blank})
    [error] = refused.value.errors
    assert "not blank" in error.detail
    assert load(ChangeProfile, {"pronouns": blank}).pronouns == ""


@pytest.mark.parametrize("by", [one_line, headline, running_text])
def test_accents_are_stacked_a_few_high(by: Normalising) -> None:
    assert by("q" + "\u0301" * MOST_DIACRITICS)
    assert "accents" in refusal(by, "q" + "\u0301" * (MOST_DIACRITICS + 1))
    assert "accents" in refusal(by, "ก" + "\u0e47" * 12)  # Thai marks are stacked as well


def test_a_headline_may_hyphenate_long_words() -> None:
    assert headline("Psycho\u00adtherapie") == "Psycho\u00adtherapie"
    assert "SOFT HYPHEN" in refusal(headline, "\u00ad")
    assert "SOFT HYPHEN" in refusal(headline, "Sam\u00ad")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("one\n\n- two\n\tthree", "one\n\n- two\n\tthree"),
        ("one\r\ntwo\rthree\u2028four\u2029five\x85six", "one\ntwo\nthree\nfour\nfive\nsix"),
        ("قرأت \u200eC++\u200e أمس", "قرأت \u200eC++\u200e أمس"),
        ("Psycho\u00adtherapie", "Psycho\u00adtherapie"),
        ("ภาษา\u200bไทย", "ภาษา\u200bไทย"),  # where a line may be broken
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        (" \n\t ", ""),
        ("\u200b", ""),
        ("\u2800", ""),
    ],
)
def test_running_text_keeps_its_lines_and_what_writing_systems_need(typed: str, kept: str) -> None:
    assert running_text(typed) == kept


@pytest.mark.parametrize(
    "character",
    "\x00\x07\x0b\x0c\x1b\x7f\x9f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    "\u3164\ufffc\ue000\ud800\uffff\U000e0041",
    ids=ascii,
)
def test_running_text_has_no_controls(character: str) -> None:
    said = refusal(running_text, f"one{character}two")
    assert f"U+{ord(character):04X}" in said


@given(ANYTHING | TYPED)
def test_what_a_line_is_accepted_as_fits_the_described_pattern(text: str) -> None:
    try:
        line = one_line(text)
    except ValidationError:
        return
    assert re.match(ONE_LINE_OR_NONE, line)
    assert len(line.splitlines()) <= 1


def test_a_sign_is_named_as_it_is_and_the_unseen_by_its_code_point() -> None:
    assert [named(each) for each in ('"', " ", "\u200b", "\x00", "\U0010ffff")] == [
        '"',
        "U+0020 (SPACE)",
        "U+200B (ZERO WIDTH SPACE)",
        "U+0000 (NUL)",
        "U+10FFFF",
    ]


# Zones


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        (" europe/berlin ", "Europe/Berlin"),
        ("AMERICA/ARGENTINA/BUENOS_AIRES", "America/Argentina/Buenos_Aires"),
        ("America/New York", "America/New_York"),
        ("Europe/Kiev", "Europe/Kiev"),
        ("Asia/Calcutta", "Asia/Calcutta"),
        ("US/Eastern", "US/Eastern"),
        ("utc", "UTC"),
        ("etc/gmt+5", "Etc/GMT+5"),
    ],
)
def test_a_zone_is_kept_as_iana_spells_it(typed: str, kept: str) -> None:
    assert time_zone(typed) == kept
    assert why_not_a_zone(kept) is None


@pytest.mark.parametrize(
    "name",
    [
        *("", "Factory", "factory", "localtime", "posixrules", "Etc/Unknown"),
        *("posix/Europe/Berlin", "right/Europe/Berlin", "Mars/Olympus", "../../etc/passwd"),
        *("Europe", "+02:00", "CEST", "é"),
    ],
)
def test_what_is_no_zone_of_ianas_is_refused(name: str) -> None:
    assert why_not_a_zone(time_zone(name)) == "Not an IANA time zone, such as Europe/Berlin."


@pytest.mark.parametrize("name", ["W. Europe Standard Time", "w. europe standard time"])
def test_for_windows_name_of_a_zone_ianas_is_suggested(name: str) -> None:
    assert "Europe/Berlin" in str(why_not_a_zone(time_zone(name)))


def test_every_zone_is_its_own_spelling() -> None:
    assert {time_zone(name.lower()) for name in TIME_ZONES} == TIME_ZONES


# Web addresses


@pytest.mark.parametrize(
    "address",
    [
        "https://doi.org/10.1000/xyz?a=b#c",
        "http://example.org/",
        "https://example.org/@somebody",
        "https://example.org/?to=a@b.c",
    ],
)
def test_web_addresses_are_kept(address: str) -> None:
    assert web_address(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "https://user:pass@example.org/",
        "https://user@example.org",
        "https://bank.example:443@example.org",
        "https://bank.example\\@example.org/",
        "https://example.org/a\\b",
        "https://example.org/a b",
        "https://example.org/a\u202eb",
        "https://example.org/a\u200bb",
        "https://example.org/\x1b",
        "https://",
        "ftp://example.org/",
        "javascript:alert(1)",
        "//example.org",
        "",
    ],
    ids=ascii,
)
def test_what_leads_elsewhere_than_it_seems_is_no_web_address(address: str) -> None:
    assert refusal(web_address, address).startswith("Must")


def test_every_way_of_reading_gives_the_same_form() -> None:
    sent = {"email": " J@München.example", "password": "Ｂücherwürmer lesen", "display_name": " S "}
    for reading in Reading:
        read = load(SignUp, {**sent, "role": "client", "agreed_to": AGREED_TO}, reading)
        assert read == SignUp(
            email="j@xn--mnchen-3ya.example",
            password="Bücherwürmer lesen",
            display_name="S",
            role=SignUpRole.CLIENT,
            agreed_to=AGREED,
        )
