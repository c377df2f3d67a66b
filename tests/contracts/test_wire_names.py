"""Names on the wire and in data stay: deployed queues, columns and settings go by them.

``wire_names.json`` lists them. A new name is added; before a line changes or goes, a migration
renames what bears it: queue and bindings, inbox rows, kept replies, lease, columns.
"""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kombu import Queue
from nameko.rpc import Rpc

from chassis.messaging.subscribe import Subscription, queues_of
from chassis.scheduling.every import Schedule
from chassis.settings import Settings
from contracts.catalogue import all_events
from firststep.platform import SERVICES, TOPOLOGY

RECORDED = Path(__file__).parent / "wire_names.json"


def entrypoints_of(service: Any, kind: type) -> Iterator[tuple[str, Any]]:
    for name, method in inspect.getmembers(service, callable):
        for entrypoint in getattr(method, "nameko_entrypoints", ()):
            if isinstance(entrypoint, kind):
                yield name, entrypoint


def parameters_of(method: Any) -> list[str]:
    return [name for name in inspect.signature(inspect.unwrap(method)).parameters if name != "self"]


def names_of(service: str) -> dict[str, Any]:
    cls = SERVICES[service]
    metadata = importlib.import_module(f"services.{service}.base").Base.metadata
    return {
        "rpc": {name: parameters_of(getattr(cls, name)) for name, _ in entrypoints_of(cls, Rpc)},
        "subscriptions": sorted(name for name, _ in entrypoints_of(cls, Subscription)),
        "clocks": sorted(name for name, _ in entrypoints_of(cls, Schedule)),
        "tables": {
            name: sorted(column.name for column in table.columns)
            for name, table in sorted(metadata.tables.items())
        },
    }


def present_names() -> dict[str, Any]:
    return {
        "events": {
            f"{each.producer}.{each.type()}": [field.name for field in dataclasses.fields(each)]
            for each in all_events()
        },
        "queues": {queue.name: [queue.exchange.name, queue.routing_key] for queue in TOPOLOGY},
        "settings": sorted(field.name for field in dataclasses.fields(Settings)),
        "services": {service: names_of(service) for service in SERVICES},
    }


def test_names_on_the_wire_and_in_data_are_the_recorded_ones() -> None:
    assert present_names() == json.loads(RECORDED.read_text())


def declared_as(queues: list[Queue]) -> set[tuple[Any, ...]]:
    return {
        (each.name, each.exchange.name, each.routing_key, str(each.queue_arguments))
        for each in queues
    }


def test_the_topology_is_that_of_the_subscriptions() -> None:
    """``firststep/subscriptions.py`` names them for processes that do not load their services."""
    assert declared_as(TOPOLOGY) == declared_as(queues_of(*SERVICES.values()))
