"""The table in ``docs/events.md`` matches the contracts and the subscriptions."""

from __future__ import annotations

from pathlib import Path

import pytest

from chassis.events import Event
from chassis.messaging.subscribe import subscriptions_of
from contracts.catalogue import all_events
from firststep.platform import SERVICES

DOCUMENT = Path(__file__).parents[2] / "docs" / "events.md"
COLUMNS = ["event", "producer", "audience", "consumers", "effect"]
NO_CONSUMER = "—"


def table_of_events(text: str) -> list[list[str]]:
    """The rows of the table under "# Events"; its header is checked."""
    _, _, section = text.partition("# Events\n")
    section, _, _ = section.partition("\n## ")
    rows = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]
    assert cells, "the document has no table under '# Events'"
    assert cells[0] == COLUMNS
    return cells[2:]


def consumers_of(event: type[Event]) -> set[str]:
    return {
        name
        for name, service in SERVICES.items()
        for _, heard in subscriptions_of(service)
        if heard is event
    }


def in_cell(text: str) -> set[str]:
    return set() if text == NO_CONSUMER else {each.strip(" `") for each in text.split(",")}


def test_the_document_lists_every_event_with_its_producer_audience_and_consumers() -> None:
    listed = {
        (event, producer): (audience, frozenset(in_cell(consumers)))
        for event, producer, audience, consumers, _ in table_of_events(DOCUMENT.read_text())
    }
    true = {
        (event.type(), event.producer): (str(event.audience), frozenset(consumers_of(event)))
        for event in all_events()
    }
    assert listed == true


def test_the_document_lists_no_event_twice_and_names_the_effect_of_each() -> None:
    rows = table_of_events(DOCUMENT.read_text())
    events = [(row[0], row[1]) for row in rows]
    assert len(set(events)) == len(events)
    assert all(effect for *_, consumers, effect in rows if consumers != NO_CONSUMER)


def test_a_document_without_the_table_would_be_noticed() -> None:
    with pytest.raises(AssertionError):
        table_of_events("# Events\n\nSoon.\n\n## More\n\n| event |\n")
