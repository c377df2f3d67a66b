"""The keys that sign tokens rotate by themselves, and every reader knows them in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import delete

from chassis.database.database import Database
from chassis.sealing import Seal, Unopenable, new_key
from chassis.times import utc_now
from contracts.profiles.sessions import TOKEN_LIFETIME
from services.profiles.service import ProfilesService
from services.profiles.sessions.signing_keys import (
    ANNOUNCED,
    SIGNS_FOR,
    SigningKey,
    public_keys,
    rotate,
    signing_key,
)
from tests.profiles.signing_in import claims_of, somebody
from tests.support.databases import Databases, connected_database
from tests.support.eventually import eventually
from tests.support.service_client import NOBODY, at_once, serving

SEAL = Seal(new_key(), "signing keys")
START = utc_now().replace(microsecond=0)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def profiles(database: str) -> Iterator[Database]:
    """Profiles' own database, without any key."""
    connected = connected_database(database, "profiles")
    with connected.transaction() as tx:
        tx.execute(delete(SigningKey))
    yield connected
    connected.dispose()


def signs(profiles: Database, after: timedelta) -> OKPKey:
    with profiles.transaction() as tx:
        return signing_key(tx, SEAL, START + after)


def rotated(profiles: Database, after: timedelta) -> None:
    with profiles.transaction() as tx:
        rotate(tx, SEAL, START + after)


def published(profiles: Database) -> list[str]:
    with profiles.reading() as session:
        return [key["kid"] for key in public_keys(session)]


def test_the_first_key_is_made_when_it_is_needed_and_then_stays(profiles: Database) -> None:
    assert published(profiles) == []
    first = signs(profiles, timedelta())
    assert published(profiles) == [first.kid]
    assert signs(profiles, MINUTE).kid == first.kid


def test_the_clock_makes_the_first_key_as_well(profiles: Database) -> None:
    rotated(profiles, timedelta())
    assert published(profiles) == [signs(profiles, timedelta()).kid]


def test_a_key_signs_for_thirty_days_and_its_successor_is_published_before(
    profiles: Database,
) -> None:
    first = signs(profiles, timedelta())
    rotated(profiles, SIGNS_FOR - ANNOUNCED - MINUTE)
    assert published(profiles) == [first.kid]

    rotated(profiles, SIGNS_FOR - ANNOUNCED)
    [_, second] = published(profiles)
    assert signs(profiles, SIGNS_FOR - MINUTE).kid == first.kid
    assert signs(profiles, SIGNS_FOR).kid == second


def test_a_key_is_published_until_the_last_token_that_it_signed_has_expired(
    profiles: Database,
) -> None:
    first = signs(profiles, timedelta())
    rotated(profiles, SIGNS_FOR - ANNOUNCED)
    rotated(profiles, SIGNS_FOR + TOKEN_LIFETIME)
    assert first.kid in published(profiles)
    rotated(profiles, SIGNS_FOR + TOKEN_LIFETIME + timedelta(hours=1))
    assert first.kid not in published(profiles)
    assert len(published(profiles)) == 1


def test_rotating_again_changes_nothing(profiles: Database) -> None:
    signs(profiles, timedelta())
    rotated(profiles, SIGNS_FOR - ANNOUNCED)
    keys = published(profiles)
    rotated(profiles, SIGNS_FOR - ANNOUNCED + MINUTE)
    assert published(profiles) == keys


def test_whatever_was_asleep_for_long_still_announces_the_next_key(profiles: Database) -> None:
    first = signs(profiles, timedelta())
    rotated(profiles, 3 * SIGNS_FOR)
    assert signs(profiles, 3 * SIGNS_FOR).kid == first.kid
    assert signs(profiles, 3 * SIGNS_FOR + ANNOUNCED).kid != first.kid


def test_of_many_who_need_the_first_key_at_once_all_get_the_same(profiles: Database) -> None:
    keys = at_once([lambda: signs(profiles, timedelta()) for _ in range(5)])
    kids = {key.kid for key in keys if isinstance(key, OKPKey)}
    assert len(kids) == 1, keys
    assert published(profiles) == list(kids)


def test_private_keys_are_kept_sealed_and_open_with_no_other_key(profiles: Database) -> None:
    private = signs(profiles, timedelta()).as_dict(private=True)["d"]
    with profiles.reading() as session:
        [row] = session.execute(profiles.table("signing_keys").select())
    assert str(private) not in str(row)
    with pytest.raises(Unopenable), profiles.transaction() as tx:
        signing_key(tx, Seal(new_key(), "signing keys"), START)


def test_two_instances_sign_with_the_same_key(sqlite_databases: Databases) -> None:
    with serving(ProfilesService, sqlite_databases.fresh("profiles"), instances=2) as both:
        eventually(lambda: both.asked_by(NOBODY).get_token_keys()["keys"])
        for _ in range(3):
            person = somebody(both)
            assert claims_of(both, person.session)["sub"] == str(person.id)
        assert len(both.asked_by(NOBODY).get_token_keys()["keys"]) == 1
