"""Typed RPC clients: a class that declares the methods of a service, and results that stay JSON.

    class Booking(RpcClient):
        service = "booking"

        def get_consultation(self, *, consultation_id: UUID) -> Wire[Consultation]: ...

    booking = rpc_client(Booking)    # in the calling service; see requester.py

``RpcClient`` puts the call in place of each declared method: its name and its arguments' names are
those on the wire. The declaration is for mypy and editors; ``tests/contracts/test_rpc_clients.py``
compares it with the service's ``@rpc`` methods.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from marshmallow import fields

from chassis import json
from chassis.schemas import Reading, field_for

T_co = TypeVar("T_co", covariant=True)


class Wire(Generic[T_co]):
    """The result of a call as JSON, neither checked nor converted.

    An endpoint may pass it on as its answer: that costs nothing, and a field that only the service
    knows yet reaches the client. ``load`` where the caller needs a field of it. ``result``: what to
    encode, which may be encoded already.
    """

    __slots__ = ("_type", "result")

    def __init__(self, result: Any, result_type: Any) -> None:
        self.result = result
        self._type = result_type

    @property
    def value(self) -> Any:
        """The result as JSON values, decoded once."""
        return self.result.value if isinstance(self.result, json.Encoded) else self.result

    def load(self) -> T_co:
        """The result as its declared type. Raises marshmallow's ``ValidationError`` where the
        service returned something else."""
        return cast(T_co, _field_of(self._type).deserialize(self.value))


@cache
def _field_of(result_type: Any) -> fields.Field[Any]:
    return field_for(result_type, Reading.WIRE)


class Requests(Protocol):
    """Sends a request and waits for its result, which may be encoded still:
    ``chassis.rpc.requester.Requester``."""

    def request(self, service: str, method: str, arguments: dict[str, Any]) -> Any: ...


class RpcClient:
    """Base of a service's typed client. Methods take keyword arguments alone, and return ``Wire``
    or ``None``. A large service's client inherits from one class for each subject."""

    service: ClassVar[str]

    def __init__(self, requests: Requests) -> None:
        self._requests = requests

    def __init_subclass__(cls) -> None:
        for name, member in list(vars(cls).items()):
            if inspect.isfunction(member):
                setattr(cls, name, _call(member))


def _call(declared: Callable[..., Any]) -> Callable[..., Any]:
    """The method that makes the declared call."""
    name = declared.__name__
    returned = typing.get_type_hints(declared)["return"]
    if returned is type(None):

        @wraps(declared)
        def call(self: RpcClient, **arguments: Any) -> Any:
            self._requests.request(self.service, name, arguments)

        return call
    if typing.get_origin(returned) is not Wire:
        raise TypeError(f"{declared.__qualname__} must be declared to return Wire or None")
    [result_type] = typing.get_args(returned)

    @wraps(declared)
    def call_for_result(self: RpcClient, **arguments: Any) -> Any:
        return Wire(self._requests.request(self.service, name, arguments), result_type)

    return call_for_result
