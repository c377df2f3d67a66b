"""Settings: read once, and what is wrong is named, but no secret shown."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chassis import config
from chassis.config import PREFIX, BadSettings, Settings

KEY = base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(f"{PREFIX}{name}", value)
    return config.read()


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
    assert settings.files == "data/files"
    assert settings.token_key == ""  # the wiring makes one


def test_the_embedded_defaults_live_in_the_data_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings = read(monkeypatch, DATA=str(tmp_path))
    assert settings.database == f"sqlite:///{tmp_path}/{{service}}.db"
    assert settings.mail == f"{tmp_path}/mail"
    assert settings.files == f"{tmp_path}/files"


def test_all_can_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {
        "HTTP": "[::1]:80",
        "BROKER": "amqps://u:p@host/v",
        "DATABASE": "postgresql+psycopg://u:p@host/{service}",
        "MAIL": "smtp://u:p@host:25",
        "FILES": "s3://key:secret@host:9000/bucket",
        "TOKEN_KEY": KEY,
        "LOG": "json",
        "LOG_LEVEL": "debug",
    }
    settings = read(monkeypatch, **variables)
    assert not settings.embedded
    for name, value in variables.items():
        assert getattr(settings, name.lower()) == value


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
        ("MAIL", "http://host", "'http://host' is neither an smtp:// address nor a folder"),
        ("MAIL", "smtp://[host", "is neither an smtp:// address nor a folder"),
        ("FILES", "http://host/bucket", "is neither an s3:// address nor a folder"),
        ("FILES", "s3://[host", "is neither an s3:// address nor a folder"),
        ("FILES", "s3://key:secret@host", "is not s3://key:secret@host:port/bucket"),
        ("FILES", "s3://host:9000/bucket", "is not s3://key:secret@host:port/bucket"),
        ("FILES", "s3://key:secret@host/bucket/x", "is not s3://key:secret@host:port/bucket"),
        ("FILES", "s3://key:secret@host/bucket?acl=x", "is not s3://key:secret@host:port/bucket"),
        ("TOKEN_KEY", "c2hvcnQ", "has 5 bytes, not 32"),
        ("TOKEN_KEY", "é", "is not base64url"),
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


@pytest.mark.parametrize("name", ["BROKER", "DATABASE", "MAIL", "FILES"])
@pytest.mark.parametrize(
    "url",
    [
        "http://user:s3cret@host/x",
        "http://user:s3c@s3cret@host/x",
        "http://user:s3/s3cret@host/x",
        "http://user:s3cret@[host/x",
        "user:s3cret@host",
    ],
)
def test_no_password_is_shown(monkeypatch: pytest.MonkeyPatch, name: str, url: str) -> None:
    if name in ("MAIL", "FILES") and "://" not in url:
        pytest.skip("a folder may be called so")
    assert "s3cret" not in refusal(monkeypatch, **{name: url})


def test_no_token_key_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "s3cret" not in refusal(monkeypatch, TOKEN_KEY="s3cret")


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(
        ["HTTP", "BROKER", "DATABASE", "MAIL", "FILES", "TOKEN_KEY", "LOG", "LOG_LEVEL"]
    ),
    value=st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])),
)
def test_whatever_is_set_is_read_or_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv(f"{PREFIX}{name}", value)
        try:
            config.read()
        except BadSettings as error:
            assert f"{PREFIX}{name}" in str(error)  # noqa: PT017  # reading it is fine as well
