"""An operator sees which old accounts have spellings of one address."""

from __future__ import annotations

import json
from typing import Any

from tests.profiles.old_accounts import put_account
from tests.support.databases import connected_database
from tests.system.processes import firststep


def listed(database: str) -> tuple[int, list[dict[str, Any]]]:
    ended = firststep({"database": database}, "accounts", "duplicates", "--json")
    assert "Traceback" not in ended.stderr
    return ended.returncode, json.loads(ended.stdout)


def put(database: str, **accounts: dict[str, Any]) -> dict[str, str]:
    store = connected_database(database, "profiles")
    ids = {name: str(put_account(store, **account)) for name, account in accounts.items()}
    store.dispose()
    return ids


def test_where_no_accounts_meet_that_is_said(database: str) -> None:
    put(database, one={"email": "sam@example.org"}, other={"email": "vic@example.org"})
    assert listed(database) == (0, [])
    ended = firststep({"database": database}, "accounts", "duplicates")
    assert ended.returncode == 0
    assert ended.stdout.strip() == "No two accounts have spellings of the same address."


def test_accounts_that_meet_are_listed_side_by_side_and_end_the_command_with_1(
    database: str,
) -> None:
    ids = put(
        database,
        newer={"email": "j@münchen.example", "confirmed": False},
        other={"email": "sam@example.org", "days_old": 2},
        older={"email": "j@xn--mnchen-3ya.example", "days_old": 1},
    )
    code, rows = listed(database)
    assert code == 1
    assert [row["account_id"] for row in rows] == [ids["older"], ids["newer"]]
    assert {row["address"] for row in rows} == {"j@xn--mnchen-3ya.example"}
    assert [row["stored_as"] for row in rows] == ["j@xn--mnchen-3ya.example", "j@münchen.example"]
    assert [row["confirmed"] for row in rows] == [True, False]
    assert [row["last_used_at"] for row in rows] == [None, None]
    ended = firststep({"database": database}, "accounts", "duplicates")
    assert ended.returncode == 1
    assert "j@münchen.example" in ended.stdout
