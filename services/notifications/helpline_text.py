"""Helplines and emergency numbers in mails to clients whose consultation fell through."""

from __future__ import annotations

from contracts.helplines import helplines_of
from services.notifications.readers import Reader
from services.notifications.texts import A_HELPLINE, EMERGENCY, HELPLINES, MORE_HELPLINES


def help_for(reader: Reader) -> str:
    """One paragraph: the emergency number and helplines of the reader's country, and a directory of
    more."""
    there = helplines_of(reader.country)
    lines = [reader.read(A_HELPLINE, name=line.name, number=line.number) for line in there.lines]
    sentences = (
        emergency_for(reader),
        reader.read(HELPLINES, lines="; ".join(lines)) if lines else "",
        reader.read(MORE_HELPLINES, directory=there.directory),
    )
    return " ".join(each for each in sentences if each)


def emergency_for(reader: Reader) -> str:
    """The emergency number alone, for discreet mails; empty where none is known."""
    number = helplines_of(reader.country).emergency_number
    return "" if number is None else reader.read(EMERGENCY, number=number)
