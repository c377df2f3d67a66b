"""Corrections of featuring: what the facts contradict is found, corrected and counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from chassis.database.database import Database
from contracts.profiles.featuring import (
    FeaturedBecause,
    NotFeatured,
    SpecialistFeatured,
    SpecialistUnfeatured,
)
from contracts.profiles.specialists import SpecialistStatus
from services.profiles.featuring import queries
from services.profiles.featuring.rule import SOON, FeaturingFacts, why_not_featured
from services.profiles.service import ProfilesService
from services.profiles.specialists.specialists import Specialist
from tests.profiles.builders import FAR_OFF, LIST, a_profile, an_empty_specialist, news_of
from tests.support.databases import connected_database
from tests.support.eventually import eventually
from tests.support.service_client import Talking, serving


@pytest.fixture
def kept(database: str) -> Iterator[Database]:
    store = connected_database(database, "profiles")
    yield store
    store.dispose()


def a_true_one(now: datetime, days: float, listed: bool = True) -> Specialist:
    """Looked at at this time, with a slot so many days later."""
    specialist = an_empty_specialist()
    specialist.write(a_profile())
    specialist.verified_until = FAR_OFF
    if listed:
        specialist.change(LIST, now)
    news = news_of(specialist.id, next_slot_at=now + timedelta(days=days))
    specialist.learn_availability(news, now)
    return specialist


def corrupt(store: Database, specialist: Specialist, **values: Any) -> UUID:
    with store.transaction() as tx:
        tx.execute(update(Specialist).where(Specialist.id == specialist.id).values(**values))
    return specialist.id


def test_sql_finds_just_those_whom_the_rule_contradicts(kept: Database) -> None:
    now = datetime.now(UTC)
    slots = [None, *(now + timedelta(seconds=s) for s in (-1, 0, 1))]
    slots += [now + SOON + timedelta(seconds=s) for s in (-1, 0, 1)]
    untrue = set()
    with kept.transaction() as tx:
        for status, offers, slot, featured in product(
            SpecialistStatus, (True, False), slots, (True, False)
        ):
            specialist = an_empty_specialist()
            specialist.status, specialist.featured = status, featured
            specialist.offers_free_consultations, specialist.next_slot_at = offers, slot
            facts = FeaturingFacts(specialist.listed, specialist.verified, offers, slot)
            if featured != (why_not_featured(facts, now) is None):
                untrue.add(specialist.id)
            tx.add(specialist)
    with kept.reading() as session:
        assert set(session.scalars(queries.featuring_untrue(now))) == untrue
    assert untrue


@dataclass
class Corrupted:
    passed: UUID
    came_near: UUID
    lost: UUID
    invented: UUID
    without_slot: UUID
    true: set[UUID]


def put_in(store: Database) -> Corrupted:
    now = datetime.now(UTC)
    a_week_ago = now - timedelta(days=7)
    all_ = {
        "passed": a_true_one(a_week_ago, days=6),
        "came_near": a_true_one(a_week_ago, days=15),
        "lost": a_true_one(now, days=1),
        "invented": a_true_one(now, days=1, listed=False),
        "without_slot": a_true_one(now, days=1),
        "true": a_true_one(now, days=1),
        "not yet": a_true_one(now, days=15),
    }
    with store.transaction() as tx:
        tx.add_all(all_.values())
    return Corrupted(
        passed=all_["passed"].id,
        came_near=all_["came_near"].id,
        lost=corrupt(store, all_["lost"], featured=False, obstacle=None),
        invented=corrupt(store, all_["invented"], featured=True),
        without_slot=corrupt(store, all_["without_slot"], next_slot_at=None),
        true={all_["true"].id, all_["not yet"].id},
    )


def test_whatever_is_untrue_is_mended_once_told_and_counted_by_cause(
    database: str, kept: Database
) -> None:
    corrupted = put_in(kept)
    with serving(ProfilesService, database) as profiles:
        eventually(lambda: sum(row.specialists for row in counted(profiles)) == 5)
        assert {row.cause: row.specialists for row in counted(profiles)} == {
            "time": 2,
            "unexplained": 3,
        }
        featured = profiles.told(SpecialistFeatured, corrupted.came_near)
        assert [each.reason for each in featured] == [FeaturedBecause.SLOT_SOON]
        featured = profiles.told(SpecialistFeatured, corrupted.lost)
        assert [each.reason for each in featured] == [FeaturedBecause.MENDED]
        for specialist_id, reason in (
            (corrupted.passed, NotFeatured.NO_SLOT_SOON),
            (corrupted.invented, NotFeatured.NOT_LISTED),
            (corrupted.without_slot, NotFeatured.NO_SLOT_SOON),
        ):
            ended = profiles.told(SpecialistUnfeatured, specialist_id)
            assert [each.reason for each in ended] == [reason]
        for specialist_id in corrupted.true:
            assert profiles.told(SpecialistFeatured, specialist_id) == []
            assert profiles.told(SpecialistUnfeatured, specialist_id) == []
        with profiles.store.reading() as session:
            assert list(session.scalars(queries.featuring_untrue(datetime.now(UTC)))) == []


def counted(profiles: Talking) -> list[Any]:
    return profiles.rows("featuring_corrections")
