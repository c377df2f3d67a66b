"""Settings: read once, and what is wrong is named, but no secret shown."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chassis.sealing import new_key
from chassis.settings import HIDDEN, PREFIX, BadSettings, Settings, declared, read_settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    return read_settings()


def refusal(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    with pytest.raises(BadSettings) as error:
        read(monkeypatch, **variables)
    return str(error.value)


def test_with_nothing_set_everything_is_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch)
    assert settings.embedded
    assert settings.http == "127.0.0.1:8000"
    assert settings.database == "sqlite:///data/{service}.db"
    assert settings.mail == "data/mail"
    assert settings.seal_keys == ""  # the wiring makes one
    assert settings.url == "http://127.0.0.1:8000"
    assert settings.limits == "memory://"
    assert settings.proxies == 0
    assert settings.files == "data/files"
    assert settings.fetch_http is False
    assert settings.helplines == ""
    assert settings.site_name == "Firststep"
    assert settings.sender == "no-reply@localhost"
    assert settings.site_folder == ""
    assert settings.exit_address == "https://www.wikipedia.org/"


def test_the_embedded_defaults_live_in_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read(monkeypatch, DATA=str(tmp_path))
    assert settings.database == f"sqlite:///{tmp_path}/{{service}}.db"
    assert settings.mail == f"{tmp_path}/mail"
    assert settings.files == f"{tmp_path}/files"


def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    origins = ("https://app.example", "http://127.0.0.1:5173", "http://[::1]:8080")
    assert read(monkeypatch, ORIGINS=", ".join(origins)).origins == origins
    assert read(monkeypatch, ORIGINS="*").origins == ("*",)


def test_all_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "HTTP": "[::1]:80",
        "BROKER": "amqps://u:p@host/v",
        "DATABASE": "postgresql+psycopg://u:p@host/{service}",
        "MAIL": "smtps://u:p@host:465",
        "URL": "https://firststep.example",
        "PROXIES": "2",
        "CONNECTIONS_PER_ADDRESS": "7",
        "SEAL_KEYS": f"{new_key()},{new_key()}",
        "LIMITS": "redis://u:p@host:6379/0",
        "FILES": "s3://key:secret@host:9000/bucket",
        "MEETING": "https://meet.example/{room}",
        "FETCH_HTTP": "True",
        "HELPLINES": "/etc/firststep/helplines.json",
        "SITE_NAME": "Halbe Stunde",
        "SENDER": "hallo@halbe-stunde.example",
        "SITE_FOLDER": "/etc/firststep/site",
        "EXIT_ADDRESS": "https://weather.example/today",
        "TERMS_VERSION": "2",
        "HEALTH_DATA_VERSION": "2027-01-01",
        "LOG": "json",
        "LOG_LEVEL": "debug",
    }
    settings = read(monkeypatch, **variables)
    assert not settings.embedded
    for name, value in variables.items():
        assert str(getattr(settings, name.lower())) == value


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("HTTP", "8000", "'8000' is not address:port"),
        ("HTTP", "localhost:65536", "'localhost:65536' is not address:port"),
        ("HTTP", "localhost:port", "'localhost:port' is not address:port"),
        ("BROKER", "http://host", "'http://host' is not an amqp:// address"),
        ("BROKER", "amqp://[host", "is not an amqp:// address"),
        ("DATABASE", "mysql://host/{service}", "is not a postgresql+psycopg:// address"),
        ("DATABASE", "sqlite:///all.db", "does not contain {service}"),
        ("DATABASE", "postgresql+psycopg://[h/{service}", "is not a postgresql+psycopg:// address"),
        ("URL", "ftp://u:p@host", "'ftp://…@host' is not an http:// or https:// address"),
        ("MAIL", "http://host", "'http://host' is neither an smtp:// address nor a folder"),
        ("MAIL", "smtp://[host", "is neither an smtp:// address nor a folder"),
        ("MAIL", "smtp+ssl://host", "is neither an smtp:// address nor a folder"),
        ("MAIL", "smtps://", "names no host"),
        ("MAIL", "smtps://u:p@", "names no host"),
        ("MAIL", "smtps://a..b", "names no host"),
        ("MAIL", "smtps://host.", "names no host"),
        ("MAIL", "smtps://-host", "names no host"),
        ("MAIL", "smtps://ho_st\u200b", "names no host"),
        ("MAIL", "smtps://127.1", "names no host"),
        ("MAIL", "smtps://2130706433", "names no host"),
        ("MAIL", "smtps://[fe80::1%25eth0]", "with a zone"),
        ("MAIL", "smtps://host:0", "has no port from 1 to 65535"),
        ("MAIL", "smtps://host:65536", "has no port from 1 to 65535"),
        ("MAIL", "smtps://user@host", "names a user or a password without the other"),
        ("MAIL", "smtps://:word@host", "names a user or a password without the other"),
        ("MAIL", "smtps://u:p\u00e4ss@host", "is not ASCII"),
        ("MAIL", "smtps://u:p%C3%A4ss@host", "is not ASCII"),
        ("MAIL", "smtps://host/?ca=/ca.pem", "contains more than user:password@host:port"),
        ("MAIL", "smtps://host#x", "contains more than user:password@host:port"),
        ("MAIL", "smtps://ho st", "contains a blank or a control character"),
        ("MAIL", "smtps://ho\nst", "contains a blank or a control character"),
        ("BROKER", "amqp://u:p@host:99999/", "has no port from 1 to 65535"),
        ("BROKER", "amqp://host;amqp://host:port", "has no port from 1 to 65535"),
        ("LIMITS", "redis://host:port/0", "has no port from 1 to 65535"),
        ("DATABASE", "postgresql+psycopg://h:port/{service}", "has a malformed part"),
        ("URL", "firststep.example", "is not an http:// or https:// address"),
        ("URL", "ftp://host", "'ftp://host' is not an http:// or https:// address"),
        ("URL", "https://", "is not an http:// or https:// address"),
        ("URL", "https://[host", "is not an http:// or https:// address"),
        ("SITE_NAME", "", "'' is not one line of 1 to 40 characters"),
        ("SITE_NAME", "x" * 41, "is not one line of 1 to 40 characters"),
        ("SITE_NAME", "First\nBcc: a@example.org", "is not one line of 1 to 40 characters"),
        ("SITE_NAME", " Firststep", "is not one line of 1 to 40 characters"),
        ("SENDER", "Firststep <a@example.org>", "is not an e-mail address"),
        ("SENDER", "a@example.org\nBcc: b@example.org", "is not an e-mail address"),
        ("SENDER", "nobody", "'nobody' is not an e-mail address, such as no-reply@example.org"),
        ("SENDER", "hallo@münchen.example", "is not an e-mail address"),
        ("EXIT_ADDRESS", "", "'' is not an https:// address"),
        ("EXIT_ADDRESS", "http://www.wikipedia.org", "is not an https:// address"),
        ("EXIT_ADDRESS", "https://", "'https://' is not an https:// address"),
        ("EXIT_ADDRESS", "javascript:alert(1)", "is not an https:// address"),
        ("EXIT_ADDRESS", "https://u:p@host", "'https://…@host' has more than a host and a path"),
        ("TERMS_VERSION", "", "'' is not 1 to 40 letters, digits and . _ -"),
        ("TERMS_VERSION", "x" * 41, "is not 1 to 40 letters, digits and . _ -"),
        ("HEALTH_DATA_VERSION", "1 2", "'1 2' is not 1 to 40 letters, digits and . _ -"),
        ("ORIGINS", "https://app.example/", "'https://app.example/' is not an origin"),
        ("ORIGINS", "https://app.example:443", "no default port"),
        ("ORIGINS", "https://App.example", "lower case"),
        ("ORIGINS", "https://app.example, app.example", "'app.example' is not an origin"),
        ("ORIGINS", "*, https://app.example", "names * beside other origins"),
        ("ORIGINS", "https://user:word@app.example", "is not an origin"),
        ("PROXIES", "-1", "Must be greater than or equal to 0"),
        ("PROXIES", "many", "Not a valid integer."),
        ("CONNECTIONS_PER_ADDRESS", "0", "Must be greater than or equal to 1"),
        ("CONNECTIONS_PER_ADDRESS", "many", "Not a valid integer."),
        ("SEAL_KEYS", "c2hvcnQ=", "has 5 bytes, not 32"),
        ("SEAL_KEYS", f"{new_key()},", "has 0 bytes, not 32"),
        ("SEAL_KEYS", "é", "is not base64url"),
        ("SEAL_KEYS", "c2hvcnQ", "is not base64url"),
        ("LIMITS", "memcached://host", "is neither a redis:// address nor memory://"),
        ("LIMITS", "redis://[host", "is neither a redis:// address nor memory://"),
        ("FILES", "http://host/bucket", "is neither an s3:// address nor a folder"),
        ("FILES", "s3://[host", "is neither an s3:// address nor a folder"),
        ("FILES", "s3://key:secret@host", "is not s3://key:secret@host:port/bucket"),
        ("FILES", "s3://host:9000/bucket", "is not s3://key:secret@host:port/bucket"),
        ("FILES", "s3://key:secret@host/bucket/x", "is not s3://key:secret@host:port/bucket"),
        ("FILES", "s3://key:secret@host/bucket?acl=x", "is not s3://key:secret@host:port/bucket"),
        ("MEETING", "https://meet.example/", "is not an https:// address that contains {room}"),
        ("MEETING", "http://meet.example/{room}", "is not an https:// address"),
        ("MEETING", "https://[meet/{room}", "is not an https:// address"),
        ("FETCH_HTTP", "perhaps", "Not a valid boolean."),
        ("LOG", "xml", "Must be one of: console, json."),
        ("LOG_LEVEL", "loud", "Must be one of: debug, info, warning, error."),
    ],
)
def test_what_is_malformed_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    message = refusal(monkeypatch, **{name: value})
    assert message.startswith(f"{PREFIX}{name}: ")
    assert said in message


def test_what_is_unknown_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusal(monkeypatch, BROCKER="x") == "FIRSTSTEP_BROCKER is not a setting of Firststep"


def test_everything_that_is_wrong_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = refusal(monkeypatch, HTTP="x", BROKER="x", LOG="x", BROCKER="x").splitlines()
    assert [line.split(":")[0].split(" ")[0] for line in lines] == [
        "FIRSTSTEP_BROCKER",
        "FIRSTSTEP_BROKER",
        "FIRSTSTEP_HTTP",
        "FIRSTSTEP_LOG",
    ]


@pytest.mark.parametrize("name", ["BROKER", "DATABASE", "FILES", "LIMITS", "MAIL"])
@pytest.mark.parametrize(
    "url",
    [
        "http://user:s3cret@host/x",
        "http://user:s3c@s3cret@host/x",
        "http://user:s3/s3cret@host/x",
        "http://user:s3cret@[host/x",
        "user:s3cret@host",
        "http://user:s3cret",
        "SCHEME://user:s3cret",
        "SCHEME://user:s3cret/@host/{service}",
        "SCHEME://user:x/s3cret@host/{service}",
        "SCHEME://user:x#s3cret@host/{service}",
        "SCHEME://user:x?s3cret@host/{service}",
        "SCHEME://user:\u2105s3cret@host/{service}",
        "SCHEME://user:s3 s3cret@host:x/{service}",
    ],
)
def test_no_password_is_shown(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    if name in ("MAIL", "FILES") and "://" not in url:
        pytest.skip("a folder may be called so")
    schemes = {"BROKER": "amqp", "DATABASE": "postgresql+psycopg", "FILES": "s3", "LIMITS": "redis"}
    url = url.replace("SCHEME", schemes.get(name, "smtps"))
    try:
        read(monkeypatch, **{name: url})
    except BadSettings as error:
        assert "s3cret" not in str(error)  # noqa: PT017  # a database's URL may be well-formed


def test_no_seal_key_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "s3cret" not in refusal(monkeypatch, SEAL_KEYS=f"{new_key()},s3cret")


def test_a_value_is_shown_without_its_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(
        monkeypatch,
        BROKER="amqp://ada:s3cret@one:5672;amqp://ada:s3cret@two:5672",
        DATABASE="postgresql+psycopg://ada:s3cret@[::1]/{service}?sslpassword=s3cret",
        FILES="s3://key:s3cret@host:9000/bucket",
        LIMITS="redis://:s3cret@host:6379/0",
        MAIL="smtps://ada:s3cret@host:465",
        MEETING="https://ada:s3cret@meet.example/{room}",
        SEAL_KEYS=new_key(),
        URL="https://ada:s3cret@firststep.example",
    )
    shown = {name: settings.shown(name) for name in declared()}
    assert "s3cret" not in str(shown)
    assert shown["seal_keys"] == HIDDEN
    assert shown["database"] == "postgresql+psycopg://…@[::1]/{service}?sslpassword=…"
    assert shown["limits"] == "redis://…@host:6379/0"


def test_values_are_shown_as_they_would_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, ORIGINS="https://a.example,https://b.example", FETCH_HTTP="true")
    shown = {name: settings.shown(name) for name in declared()}
    assert shown["origins"] == "https://a.example,https://b.example"
    assert shown["fetch_http"] == "true"
    assert shown["proxies"] == "0"
    assert shown["data"] == "data"
    assert shown["seal_keys"] == shown["meeting"] == ""


def test_links_begin_with_the_url_without_its_last_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, URL="https://firststep.example/").url == "https://firststep.example"


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("https://firststep.example", "no-reply@firststep.example"),
        ("https://www.firststep.example:8443/app", "no-reply@www.firststep.example"),
        ("http://127.0.0.1:8000", "no-reply@localhost"),
        ("http://[::1]:8000", "no-reply@localhost"),
        ("http://localhost:8000", "no-reply@localhost"),
        ("https://münchen.example", "no-reply@localhost"),
    ],
)
def test_mails_are_from_the_sites_host_unless_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, url: str, sender: str
) -> None:
    assert read(monkeypatch, URL=url).sender == sender


def test_an_inherited_socket_is_no_address_for_links(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, HTTP="fd://3").url == "http://127.0.0.1:8000"


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from([each.upper() for each in declared()]),
    value=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
)
def test_whatever_is_set_is_read_or_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv(f"{PREFIX}{name}", value)
        try:
            read_settings()
        except BadSettings as error:
            assert f"{PREFIX}{name}" in str(error)  # noqa: PT017  # reading it is fine as well
