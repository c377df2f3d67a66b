"""The typed RPC clients declare what the services' ``@rpc`` methods take and return, no less."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from nameko.rpc import Rpc

from chassis.pagination import Page, page_of
from chassis.rpc.client import RpcClient, Wire
from chassis.schemas import Reading, field_for
from contracts.files import File
from contracts.rpc.booking import Booking
from contracts.rpc.content import Content
from contracts.rpc.notifications import Notifications
from contracts.rpc.profiles import Profiles
from firststep.platform import SERVICES
from gateway.cache import Entry
from gateway.http.declaration import Declaration, Events, Raw
from gateway.http.endpoint import declarations_of
from gateway.service import Gateway

CLIENTS: dict[str, type[RpcClient]] = {
    each.service: each for each in (Booking, Content, Notifications, Profiles)
}
ENDPOINTS = [
    pytest.param(declaration, handler, id=handler.__name__)
    for declaration, handler in declarations_of(Gateway)
]


@dataclass(frozen=True)
class Declared:
    """What a caller must know of a method: names, types and defaults of arguments; the result."""

    arguments: dict[str, tuple[Any, Any]]
    result: Any


def declared_by(method: Callable[..., Any]) -> Declared:
    method = inspect.unwrap(method)
    hints = typing.get_type_hints(method)  # limits are for the service to check
    parameters = inspect.signature(method).parameters.values()
    arguments = {
        each.name: (hints[each.name], each.default) for each in parameters if each.name != "self"
    }
    return Declared(arguments, hints["return"])


def client_methods(client: type[RpcClient]) -> dict[str, Callable[..., Any]]:
    methods = dict(inspect.getmembers(client, inspect.isfunction))
    return {name: methods[name] for name in methods if not name.startswith("_")}


def as_the_service_returns(result: Any) -> Any:
    return typing.get_args(result)[0] if typing.get_origin(result) is Wire else result


def differences(client: type[RpcClient], service: type) -> Iterator[str]:
    declared = client_methods(client)
    served = {
        name: method
        for name, method in inspect.getmembers(service, callable)
        if any(isinstance(each, Rpc) for each in getattr(method, "nameko_entrypoints", ()))
    }
    for name in sorted(declared.keys() ^ served.keys()):
        yield f"{name} is declared by one side alone"
    for name in sorted(declared.keys() & served.keys()):
        here, there = declared_by(declared[name]), declared_by(served[name])
        if here.arguments != there.arguments:
            yield f"{name} takes {here.arguments}, the service {there.arguments}"
        if as_the_service_returns(here.result) != there.result:
            yield f"{name} returns {here.result}, the service {there.result}"


def test_every_service_has_a_client() -> None:
    assert CLIENTS.keys() == SERVICES.keys()


@pytest.mark.parametrize("service", SERVICES)
def test_clients_and_services_declare_the_same_methods(service: str) -> None:
    assert list(differences(CLIENTS[service], SERVICES[service])) == []


@pytest.mark.parametrize("service", SERVICES)
def test_arguments_go_by_name_alone(service: str) -> None:
    for method in client_methods(CLIENTS[service]).values():
        _, *arguments = inspect.signature(method).parameters.values()
        assert all(each.kind is each.KEYWORD_ONLY for each in arguments), method


@pytest.mark.parametrize("service", SERVICES)
def test_every_result_can_be_loaded(service: str) -> None:
    for method in client_methods(CLIENTS[service]).values():
        result = declared_by(method).result
        if result is not types.NoneType:
            field_for(as_the_service_returns(result), Reading.WIRE)


@pytest.mark.parametrize(("declaration", "handler"), ENDPOINTS)
def test_an_endpoint_returns_what_it_declares(
    declaration: Declaration, handler: Callable[..., Any]
) -> None:
    """mypy checks the annotation; this, that the API's description says the same."""
    returned = typing.get_type_hints(handler)["return"]
    alternatives = typing.get_args(returned) if _is_union(returned) else (returned,)
    for each in alternatives:
        assert each is Entry or described(as_the_service_returns(each)) == promised(declaration)


def _is_union(hint: Any) -> bool:
    return typing.get_origin(hint) in (typing.Union, types.UnionType)


def described(result: Any) -> Any:
    if _is_union(result):  # 204 in place of nothing
        return typing.get_args(result)[0]
    return page_of(typing.get_args(result)[0]) if typing.get_origin(result) is Page else result


def promised(declaration: Declaration) -> Any:
    if declaration.returns is None or isinstance(declaration.returns, Events):
        return types.NoneType  # no worker runs the method of a stream
    return File if isinstance(declaration.returns, Raw) else declaration.returns
