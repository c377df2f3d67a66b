"""The API's own description, and whether an answer keeps what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx

from tests.contracts.schemas import errors_of

JSON_TYPES = ("application/json", "application/problem+json")


class Description:
    """An OpenAPI 3.1 document, read as a promise."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document

    def operations(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Method, path and operation of each endpoint; longer literal paths first."""
        for path in sorted(self.document["paths"], key=lambda each: (each.count("{"), -len(each))):
            for method, operation in self.document["paths"][path].items():
                yield method.upper(), path, operation

    def operation_of(self, method: str, path: str) -> tuple[str, dict[str, Any]] | None:
        """The template and the operation that take this request."""
        for known_method, template, operation in self.operations():
            pattern = re.sub(r"{\w+}", "[^/]+", template)
            if known_method == method and re.fullmatch(pattern, path):
                return template, operation
        return None

    def hold_against(self, response: httpx.Response) -> None:
        """Fails where an answer's status, form or code is not what its endpoint promises."""
        response.read()
        request = response.request
        found = self.operation_of(request.method, request.url.path)
        if found is None:
            return
        template, operation = found
        said = response.content[:2000]
        where = f"{request.method} {template} answered {response.status_code} {said!r}"
        promised = operation["responses"].get(str(response.status_code))
        assert promised is not None, f"{where}, which is not described"
        contents = promised.get("content", {})
        content_type = response.headers.get("Content-Type")
        assert not contents or content_type in contents, where
        if content_type in JSON_TYPES:
            content = contents[content_type]
            schema = {**content["schema"], "components": self.document["components"]}
            wrong = errors_of(schema, response.json())
            assert not wrong, f"{where}: {wrong}"
        if response.is_error and promised.get("content"):
            code = response.json()["code"]
            assert f"`{code}`" in promised["description"], f"{where}, a code not described"


def expect_problem(response: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem that a refusal says; fails where it is another, or not in RFC 9457's form."""
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.json()
    assert {"type", "title", "status", "code", "detail"} <= set(problem)
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["title"]
    assert problem["detail"]
    return problem


def errors_by_field(problem: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {error["field"]: error for error in problem["errors"]}
