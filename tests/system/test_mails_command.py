"""``firststep mails``: what the embedded platform mailed, for a person without a mailbox."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from firststep.commands.mails import _shown
from tests.support.eventually import eventually
from tests.support.factories import an_address, follow, sign_up
from tests.system.processes import Settings, firststep, serving

HOSTILE = "a\x1b[31mred"


def put(folder: Path, name: str, subject: str, at: int) -> None:
    """A mail that was written at this time."""
    file = folder / f"{name}.eml"
    file.write_text(f"To: sam@example.org\nSubject: {subject}\n\nhello\n")
    os.utime(file, (at, at))


def lines_about(settings: Settings, email: str) -> list[str]:
    """The lines below the address, once there is a mail to it."""
    lines = firststep(settings, "mails").stdout.splitlines()
    to = f"to       {email}"
    return lines[lines.index(to) + 1 :] if to in lines else []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "mail"
    found.mkdir()
    return found


def test_a_newcomer_finds_the_link_that_confirms_the_address(
    embedded: Settings, tmp_path: Path
) -> None:
    with serving(tmp_path, embedded) as platform:
        platform.wait_until_ready()
        secret = sign_up(platform.http, email := an_address()).json()["sign_up"]
        lines = eventually(partial(lines_about, embedded, email))
        assert lines[0] == "subject  Please confirm your e-mail address"
        link = urlsplit(lines[1].removeprefix("link     "))
        [token] = parse_qs(link.query)["token"]
        assert link.path == "/verify-email"
        assert follow(platform.http, token, sign_up=secret).status_code == 200


def test_the_newest_mail_is_last_and_as_many_are_shown_as_wanted(
    unused: Settings, folder: Path
) -> None:
    for name, at in (("b", 30), ("c", 10), ("a", 20)):
        put(folder, name, f"written at {at}", at)
    ended = firststep({**unused, "mail": str(folder)}, "mails", "--last", "2")
    assert ended.returncode == 0
    subjects = [line for line in ended.stdout.splitlines() if line.startswith("subject")]
    assert subjects == ["subject  written at 20", "subject  written at 30"]
    assert f"These are the last 2 of 3 mails in {folder}." in ended.stdout


def test_an_empty_folder_and_one_that_is_not_there_yet_are_said(
    unused: Settings, folder: Path
) -> None:
    for each in (folder, folder / "later"):
        ended = firststep({**unused, "mail": str(each)}, "mails")
        assert (ended.returncode, ended.stderr) == (0, "")
        assert f"There is no mail in {each} yet." in ended.stdout


def test_it_says_which_mail_server_has_them_and_no_password(unused: Settings) -> None:
    ended = firststep({**unused, "mail": "smtps://ada:s3cret@mail.example"}, "mails")
    assert ended.returncode == 1
    assert "Mails go to the mail server mail.example:465 (FIRSTSTEP_MAIL)" in ended.stdout
    assert "s3cret" not in ended.stdout + ended.stderr


def test_a_setting_that_is_missing_is_named(unused: Settings) -> None:
    settings = {name: value for name, value in unused.items() if name != "mail"}
    ended = firststep(settings, "mails")
    assert ended.returncode == 2
    assert "FIRSTSTEP_MAIL is missing" in ended.stderr


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"\xff\xfe\x00",
        b"Date: yesterday\nTo: nobody\n\n",
        f"Subject: {HOSTILE}\nTo: {HOSTILE}@example.org\n\nhttps://a.example/{HOSTILE}\n".encode(),
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhttps://a.example\n",
        b"Content-Type: application/octet-stream\n\nhttps://a.example\n",
    ],
)
def test_a_mail_that_is_none_is_shown_all_the_same(mail: bytes) -> None:
    shown = _shown(mail, width=80)
    assert "to       " in shown
    assert "\x1b" not in shown


def test_long_subjects_are_wrapped_and_links_are_not() -> None:
    link = f"https://a.example/verify-email?token={'x' * 300}"
    mail = (
        f"Subject: {'long words ' * 20}\nTo: a@example.org\n\n{link}.\n{link}\n(https://b.example)"
    )
    shown = _shown(mail.encode(), width=80).splitlines()
    assert [line for line in shown if len(line) > 80] == [f"link     {link}"]
    assert shown[-1] == "link     https://b.example"
