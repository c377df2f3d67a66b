"""Requests made up from the description, in each role's name: no 5xx, nothing undocumented."""

from __future__ import annotations

from typing import Any

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

from gateway.endpoint import Declaration, declarations_of
from gateway.service import Gateway
from tests.house import House
from tests.people import Person

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 12
"""For each endpoint and role."""

DECLARED = [declaration for declaration, _ in declarations_of(Gateway)]
TAKING_SOMETHING = [each for each in DECLARED if each.body or each.query]
AS_DESCRIBED, OTHERWISE = GenerationMode.POSITIVE, GenerationMode.NEGATIVE


def each_of(declarations: list[Declaration]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "declaration", declarations, ids=lambda each: f"{each.method} {each.path}"
    )


EACH_ROLE = pytest.mark.parametrize("role", ["nobody", "client", "specialist"])


@pytest.fixture(scope="package")
def schema(shared_house: House) -> Any:
    found = schemathesis.openapi.from_dict(shared_house.http.get("/openapi.json").json())
    found.config.update(base_url=str(shared_house.http.base_url))
    return found


@each_of(DECLARED)
@EACH_ROLE
def test_what_is_sent_as_described_is_answered_as_described(
    request: pytest.FixtureRequest, schema: Any, declaration: Declaration, role: str
) -> None:
    hold(schema[declaration.path][declaration.method], AS_DESCRIBED, headers_of(request, role))


@each_of(TAKING_SOMETHING)
@EACH_ROLE
def test_what_is_sent_otherwise_is_answered_as_described_too(
    request: pytest.FixtureRequest, schema: Any, declaration: Declaration, role: str
) -> None:
    hold(schema[declaration.path][declaration.method], OTHERWISE, headers_of(request, role))


def test_an_answer_that_is_not_described_would_be_noticed(schema: Any) -> None:
    document = {**schema.raw_schema, "paths": {"/healthz": {"get": {"responses": {"418": {}}}}}}
    broken = schemathesis.openapi.from_dict(document)
    broken.config.update(base_url=schema.config.base_url)
    with pytest.raises(FailureGroup):
        hold(broken["/healthz"]["GET"], AS_DESCRIBED, {})


def headers_of(request: pytest.FixtureRequest, role: str) -> dict[str, str]:
    if role == "nobody":
        return {}
    person: Person = request.getfixturevalue(role)
    return {"Authorization": f"Bearer {person.token}"}


def hold(operation: Any, mode: GenerationMode, headers: dict[str, str]) -> None:
    """Fails where an answer is a 5xx, or not what the description says."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case: Any) -> None:
        case.validate_response(case.call(headers=headers), checks=CHECKS)

    holds()
