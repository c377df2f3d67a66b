"""Requests made up from the description: no 5xx, nothing undocumented.

Each endpoint is called by an account with every role, and without a token where it needs none.
What callers without the role are answered is held against the description in ``test_access``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from chassis.context import Caller
from contracts.profiles.accounts import Role
from gateway.http.declaration import Anyone, Declaration
from gateway.http.endpoint import declarations_of
from gateway.service import Gateway
from tests.support.databases import Databases
from tests.support.factories import somebody
from tests.support.platform import House, a_house, a_mail_folder, an_embedded_broker
from tests.support.tokens import KEY, a_token_of

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 5
"""For each endpoint and caller."""

DECLARED = [declaration for declaration, _ in declarations_of(Gateway)]
TAKING_SOMETHING = [each for each in DECLARED if each.body or each.query]
AS_DESCRIBED, OTHERWISE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


def each_of(declarations: list[Declaration]) -> pytest.MarkDecorator:
    """Each of these endpoints with each of its callers."""
    calls = [(each, True) for each in declarations]
    calls += [(each, False) for each in declarations if isinstance(each.allow, Anyone)]
    ids = [
        f"{each.method} {each.path} {'with' if token else 'without'} a token"
        for each, token in calls
    ]
    return pytest.mark.parametrize(("declaration", "with_token"), calls, ids=ids)


@pytest.fixture(scope="module")
def flooded_house(
    sqlite_databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Of its own: who tries so much is slowed."""
    mail = a_mail_folder(tmp_path_factory.mktemp("flooded"))
    with a_house(an_embedded_broker(), sqlite_databases.fresh(), mail) as running:
        yield running


@pytest.fixture(scope="module")
def schema(flooded_house: House) -> Any:
    found = schemathesis.openapi.from_dict(flooded_house.http.get("/openapi.json").json())
    found.config.update(base_url=str(flooded_house.http.base_url))
    return found


@pytest.fixture(scope="module")
def account_id(flooded_house: House) -> UUID:
    return UUID(somebody(flooded_house.http, "client").id)


@pytest.fixture
def headers(account_id: UUID, with_token: bool) -> dict[str, str]:
    """A new token for each test, for one of them logs out everywhere."""
    caller = Caller(account_id, frozenset(Role), verified=True, second_factor=True)
    return {"Authorization": f"Bearer {a_token_of(KEY, caller)}"} if with_token else {}


@each_of(DECLARED)
def test_what_is_sent_as_described_is_answered_as_described(
    headers: dict[str, str], schema: Any, declaration: Declaration
) -> None:
    hold(schema[declaration.path][declaration.method], AS_DESCRIBED, headers)


@each_of(TAKING_SOMETHING)
def test_what_is_sent_otherwise_is_answered_as_described_too(
    headers: dict[str, str], schema: Any, declaration: Declaration
) -> None:
    hold(schema[declaration.path][declaration.method], OTHERWISE, headers)


def test_an_answer_that_is_not_described_would_be_noticed(schema: Any) -> None:
    document = {**schema.raw_schema, "paths": {"/healthz": {"get": {"responses": {"418": {}}}}}}
    broken = schemathesis.openapi.from_dict(document)
    broken.config.update(base_url=schema.config.base_url)
    with pytest.raises(FailureGroup):
        hold(broken["/healthz"]["GET"], AS_DESCRIBED, {})


def hold(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    """Fails where an answer is a 5xx, or not what the description says."""

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    holds()
