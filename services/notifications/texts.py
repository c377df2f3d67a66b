"""Texts that all mails share, in each language."""

from services.notifications.language import Text

GREETING = Text(en="Hello{name},", de="Guten Tag{name},")
CLOSING = Text(en="Kind regards\n{site}", de="Freundliche Grüße\n{site}")
DISCREET_CLOSING = Text(en="Kind regards", de="Freundliche Grüße")
DISCREET_SENDER = Text(en="Notifications", de="Mitteilungen")

EMERGENCY = Text(
    en="In an emergency, call {number}.", de="In einem Notfall wählen Sie bitte {number}."
)
HELPLINES = Text(
    en="If you need to talk now, you can turn to: {lines}.",
    de="Wenn Sie jetzt reden möchten, erreichen Sie hier eine Anlaufstelle: {lines}.",
)
A_HELPLINE = Text(en="{name}, {number}", de="{name}, {number}")
MORE_HELPLINES = Text(
    en="You can find a helpline near you at {directory}.",
    de="Eine Anlaufstelle in Ihrer Nähe finden Sie auf {directory}.",
)
