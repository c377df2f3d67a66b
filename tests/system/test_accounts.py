"""``firststep accounts``: granting roles, and reading who did what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.factories import PASSWORD, a_client, logged_in
from tests.system.processes import Settings, firststep, serving


def test_a_role_that_is_granted_is_told_audited_and_in_the_next_token(
    embedded: Settings, tmp_path: Path
) -> None:
    with serving(tmp_path, embedded) as platform:
        person = a_client(platform.wait_until_ready().http)
        for said in ("client, editor\n", "client, editor (nothing changed)\n"):
            granted = firststep(embedded, "accounts", "grant", person.email.upper(), "editor")
            assert granted.returncode == 0, granted.stderr
            assert granted.stdout == f"{person.email}: {said}"
        again = logged_in(platform.http, person.email, PASSWORD)
        assert again.get("/me").json()["roles"] == ["client", "editor"]

        revoked = firststep(embedded, "accounts", "revoke", person.email, "editor")
        assert revoked.stdout == f"{person.email}: client\n"
        read = firststep(embedded, "accounts", "audit", person.email, "--json")
        entries = [each for each in json.loads(read.stdout) if each["what"].startswith("role_")]
        assert [(each["what"], each["detail"]) for each in entries] == [
            ("role_granted", "editor"),
            ("role_revoked", "editor"),
        ]
        assert all("@" in each["by"] for each in entries)
        everything = firststep(embedded, "accounts", "audit")
        assert "role_granted" in everything.stdout
        assert person.email not in everything.stdout
        assert platform.stop() == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("grant", "nobody@example.org", "admin"), 1, "there is no account with the address"),
        (("audit", "nobody@example.org"), 1, "there is no account with the address"),
        (("grant", "nobody@example.org", "king"), 2, "'king' is not one of"),
        (("grant", "nobody@example.org"), 2, "Missing argument"),
    ],
)
def test_what_can_not_be_done_is_said(
    embedded: Settings, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ended = firststep(embedded, "accounts", *arguments)
    assert ended.returncode == code
    assert said in ended.stderr.replace("\n│ ", " ")
    assert "Traceback" not in ended.stderr


def test_the_embedded_platform_makes_keys_of_its_own_and_keeps_them(tmp_path: Path) -> None:
    own = {"data": str(tmp_path / "data")}
    keys = tmp_path / "data" / "seal.keys"
    with serving(tmp_path, own) as first:
        http = first.wait_until_ready().http
        person = a_client(http)
        assert first.stop() == 0
    made = keys.read_text()
    assert keys.stat().st_mode & 0o777 == 0o600

    with serving(tmp_path, own) as second:
        bearer = {"Authorization": f"Bearer {person.token}"}
        me = second.wait_until_ready().http.get("/api/v1/me", headers=bearer)
        assert me.status_code == 200
        assert second.stop() == 0
    assert keys.read_text() == made
