"""Examples for the fields of the API, by field name, as a person would fill them in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

BY_FORMAT: dict[str, Any] = {
    "date": "2027-03-01",
    "date-time": "2027-03-01T09:00:00Z",
    "uuid": "01927f0e-5d3a-7c41-9b86-3f1d2a7c9e50",
}
BY_NAME: dict[str, Any] = {
    "accessibility": ["wheelchair"],
    "address": "https://calendar.example/anna.ics",
    "after": "eyJhZnRlciI6MTJ9",
    "amount": "90",
    "approach": ["systemic"],
    "approaches": ["systemic", "solution-focused"],
    "authors": "National Institute for Health and Care Excellence",
    "body": "# Where to start\n\nWith *one* step.",
    "biography": "I work with adults. *Small steps* are steps, too.",
    "challenge": "gAAAAABm9cKd81TqWm",
    "code": "123456",
    "countries": ["DE"],
    "country": "DE",
    "currency": "EUR",
    "current": "correct horse battery staple",
    "cursor": "eyJhZnRlciI6MTJ9",
    "display_name": "Anna Keller",
    "email": "anna@example.org",
    "ends": "17:00",
    "headline": "Anxiety, sleep and the first step out of both",
    "health_data": "1",
    "in_person_address": "Lange Straße 12, 10115 Berlin",
    "issuing_body": "Psychotherapeutenkammer Berlin",
    "language": ["de"],
    "label": "Practice",
    "languages": ["de", "en"],
    "meeting_link": "https://meet.example/anna-keller",
    "minutes": 50,
    "name": "01927f0e5d3a7c41-small.webp",
    "new": "a sentence of my own",
    "new_password": "a sentence of my own",
    "note": "I have not slept well since spring.",
    "number": "PT-10234",
    "password": "correct horse battery staple",
    "place": "Berlin",
    "pronouns": "she/her",
    "reason": "The document can't be read.",
    "refresh_token": "rt_4fJ2mZQ0sVbC",
    "sign_up": "9cKd81TqWm_k3XyUe0HfZrLv7NbA2sGjQiOpDtYwMxE",
    "slug": "what-happens-in-a-first-consultation",
    "source": "NICE clinical guideline CG113",
    "specialist_id": "anna-keller",
    "starts": "09:00",
    "summary": "How a first half hour goes, and what you can ask.",
    "terms": "1",
    "time_zone": "Europe/Berlin",
    "title": "What happens in a first consultation",
    "token": "gAAAAABm4fJ2mZQ0sVbC",
    "topic": ["anxiety"],
    "topics": ["anxiety", "sleep"],
    "url": "https://www.nice.org.uk/guidance/cg113",
    "visit": "v_7Gh2kLp0",
    "words": "sleep",
}

BY_SHAPE: dict[str, dict[str, Any]] = {
    "ChangeArticleRequest": {"language": "en"},
    "Consent": {"version": "1"},
    "LocalHelp": {
        "directory": "https://findahelpline.com",
        "emergency_number": "112",
        "message": "If you or somebody else is in danger, call 112 now.",
    },
    "LocalHelpline": {
        "hours": "Around the clock",
        "languages": ["de"],
        "name": "TelefonSeelsorge",
        "number": "0800 1110111",
        "url": "https://www.telefonseelsorge.de",
    },
    "OpenSession": {"address": "192.0.2.17"},
    "Problem": {"code": "slot_taken"},
    "SentMail": {"address": "anna@example.org"},
    "Specialist": {"slug": "anna-keller"},
    "Vocabulary": {
        "accessibility": [{"key": "wheelchair", "label": "Wheelchair access"}],
        "approaches": [{"key": "systemic", "label": "Systemic therapy"}],
        "topics": [{"key": "anxiety", "label": "Anxiety"}],
    },
    "WriteArticleRequest": {"language": "en"},
}
"""Fields of single schemas where the name means something else."""


def add_examples(document: dict[str, Any]) -> None:
    """Give each field of the components, and each parameter, its example."""
    for shape, schema in document["components"]["schemas"].items():
        examples = BY_NAME | BY_SHAPE.get(shape, {})
        for name, each in schema.get("properties", {}).items():
            _add(examples.get(name), each)
    for parameter in parameters_of(document):
        _add(BY_NAME.get(parameter["name"]), parameter["schema"])


def parameters_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The parameters of every operation that stand in a path or a query."""
    for operations in document["paths"].values():
        for operation in operations.values():
            yield from (each for each in operation["parameters"] if each["in"] != "header")


def _add(named: Any, schema: dict[str, Any]) -> None:
    if "$ref" in schema or "anyOf" in schema:
        return  # its values are examples
    example = BY_FORMAT.get(schema.get("format", ""), named)
    if example is not None and _fits(example, schema.get("type")):
        schema["examples"] = [example]


def _fits(example: Any, types: str | list[str] | None) -> bool:
    kinds = [types] if isinstance(types, str) else types or []
    kind = {str: "string", int: "integer", list: "array"}[type(example)]
    return kind in kinds
