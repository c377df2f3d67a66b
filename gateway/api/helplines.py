"""Emergency numbers and helplines, by country."""

from __future__ import annotations

import re

from contracts.field_patterns import ISO_3166
from contracts.helplines import (
    EUROPEAN_EMERGENCY_NUMBER,
    Help,
    Helpline,
    HelplinesQuery,
    InWords,
    LocalHelp,
    LocalHelpline,
    helplines_of,
)
from contracts.profiles.preferences import Language
from gateway.http.endpoint import endpoint

AN_HOUR_S = 3600

IN_DANGER = {
    Language.EN: "If you or another person is in danger, call {number} now.",
    Language.DE: "Wenn Sie oder eine andere Person in Gefahr sind, rufen Sie jetzt {number} an.",
}
IN_DANGER_ANYWHERE = {
    Language.EN: (
        "If you or another person is in danger, call the emergency number of the country you are "
        "in now: in the European Union, it is {number}."
    ),
    Language.DE: (
        "Wenn Sie oder eine andere Person in Gefahr sind, rufen Sie jetzt die Notrufnummer des "
        "Landes an, in dem Sie sind: In der Europäischen Union ist das {number}."
    ),
}
TO_TALK = {
    Language.EN: "These helplines listen, whatever it is about.",
    Language.DE: "Hier hört man Ihnen zu, worum es auch geht.",
}
NO_LINE_KNOWN = {
    Language.EN: "We know no helpline in your country yet. You can look for one at {directory}.",
    Language.DE: (
        "In Ihrem Land kennen wir noch keine Nummer zum Reden. Auf {directory} können Sie eine "
        "suchen."
    ),
}
LOOK_FOR_ONE = {
    Language.EN: "You can find a helpline near you at {directory}.",
    Language.DE: "Eine Anlaufstelle in Ihrer Nähe finden Sie auf {directory}.",
}


class HelplinesApi:
    @endpoint(
        "GET",
        "/api/v1/helplines",
        query=HelplinesQuery,
        returns=LocalHelp,
        kept_s=AN_HOUR_S,
        by_language=True,
    )
    def get_helplines(self, query: HelplinesQuery, language: Language) -> LocalHelp:
        """The emergency number and helplines of a country.

        An unknown country is no error: the answer says where to look instead.
        """
        known = re.match(ISO_3166, query.country or "")
        return local_help(query.country if known else None, language)


def local_help(country: str | None, language: Language) -> LocalHelp:
    """The help of a country, in this language."""
    there = helplines_of(country)
    return LocalHelp(
        country=country,
        emergency_number=there.emergency_number,
        message=_message(country, there, language),
        lines=[_line(each, language) for each in there.lines],
        directory=f"https://{there.directory}",
    )


def _message(country: str | None, there: Help, language: Language) -> str:
    if there.emergency_number is None:
        danger = IN_DANGER_ANYWHERE[language].format(number=EUROPEAN_EMERGENCY_NUMBER)
    else:
        danger = IN_DANGER[language].format(number=there.emergency_number)
    none = LOOK_FOR_ONE if country is None else NO_LINE_KNOWN
    talk = TO_TALK if there.lines else none
    return f"{danger} {talk[language].format(directory=there.directory)}"


def _line(line: Helpline, language: Language) -> LocalHelpline:
    return LocalHelpline(
        name=line.name,
        number=line.number,
        url=line.url,
        hours=_in(language, line.hours),
        free=line.free,
        languages=line.languages,
        checked_on=line.checked_on,
    )


def _in(language: Language, words: InWords | None) -> str | None:
    if words is None:
        return None
    return words.de if language == Language.DE else words.en
