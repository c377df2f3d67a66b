"""Texts of notices and mails to specialists, in each language."""

from contracts.profiles.featuring import NotFeatured
from services.notifications.language import Text

# Subjects

YOUR_PROFILE = Text(en="Your profile", de="Ihr Profil")
YOUR_CALENDAR = Text(en="Your calendar", de="Ihr Kalender")

# Featuring

FEATURED = Text(
    en="Your profile is featured now: clients can book you within the next 14 days.",
    de=(
        "Ihr Profil wird jetzt hervorgehoben: In den nächsten 14 Tagen sind Termine bei Ihnen frei."
    ),
)
UNFEATURED = Text(
    en="Your profile is no longer featured, because {why}.",
    de="Ihr Profil wird nicht mehr hervorgehoben, weil {why}.",
)
NOT_FEATURED = {
    NotFeatured.NOT_LISTED: Text(en="your profile is not listed", de="es nicht veröffentlicht ist"),
    NotFeatured.NOT_VERIFIED: Text(
        en="your licence is not verified", de="Ihre Zulassung nicht bestätigt ist"
    ),
    NotFeatured.NO_FREE_CONSULTATIONS: Text(
        en="you offer no free consultations", de="Sie keine kostenlosen Erstgespräche anbieten"
    ),
    NotFeatured.NO_SLOT_SOON: Text(
        en="you have no free slot within 14 days",
        de="Sie in den nächsten 14 Tagen keine freie Zeit haben",
    ),
}

# Free consultations

PAUSED = Text(
    en=(
        "As many free first consultations are booked with you as you offer for now, so no more can "
        "be booked at present. Booking opens again by itself."
    ),
    de=(
        "Bei Ihnen sind so viele kostenlose Erstgespräche gebucht, wie Sie zurzeit anbieten. "
        "Weitere können deshalb nicht gebucht werden. Das öffnet sich von selbst wieder."
    ),
)
RESUMED = Text(
    en="Free first consultations with you can be booked again.",
    de="Kostenlose Erstgespräche bei Ihnen können wieder gebucht werden.",
)

# External calendars

CALENDAR_FAILED = Text(
    en=(
        "We can't read your external calendar {name} any more: {why}. What we knew of it still "
        "blocks your times; what you enter there from now on does not. Please look at its address."
    ),
    de=(
        "Wir können Ihren externen Kalender {name} nicht mehr lesen: {why}. Was wir davon wussten, "
        "sperrt Ihre Zeiten weiterhin; was Sie dort von nun an eintragen, nicht. Bitte prüfen Sie "
        "seine Adresse."
    ),
)
UNREADABLE = {
    "not_fetched": Text(en="its address does not answer", de="seine Adresse antwortet nicht"),
    "no_calendar_there": Text(
        en="there is no calendar at its address now",
        de="unter seiner Adresse ist jetzt kein Kalender",
    ),
    "bad_calendar_file": Text(
        en="what is at its address can't be read as a calendar",
        de="was unter seiner Adresse steht, lässt sich nicht als Kalender lesen",
    ),
    "address_refused": Text(
        en="its address can't be used", de="seine Adresse kann nicht verwendet werden"
    ),
    "answer_refused": Text(
        en="what its address answers can't be used",
        de="was seine Adresse antwortet, kann nicht verwendet werden",
    ),
}
UNREADABLE_OTHERWISE = Text(en="it can't be read", de="er lässt sich nicht lesen")
CALENDAR_RECOVERED = Text(
    en="We can read your external calendar {name} again: what is in it blocks your times.",
    de=(
        "Wir können Ihren externen Kalender {name} wieder lesen: Was darin steht, sperrt Ihre "
        "Zeiten."
    ),
)
CALENDAR_READ_IN_PART = Text(
    en=(
        "We can't read {entries} of your external calendar {name}, so you may be booked at those "
        "times. Your list of external calendars shows what can't be read, and in which line of the "
        "file. The rest of it blocks your times."
    ),
    de=(
        "Wir können {entries} Ihres externen Kalenders {name} nicht lesen. Zu diesen Zeiten können "
        "Sie also gebucht werden. Die Liste Ihrer externen Kalender zeigt, was sich nicht lesen "
        "lässt und in welcher Zeile der Datei es steht. Alles andere darin sperrt Ihre Zeiten."
    ),
)
ONE_ENTRY = Text(en="1 entry", de="1 Eintrag")
ENTRIES = Text(en="{number} entries", de="{number} Einträge")

# Licences

VERIFIED = Text(
    en="Your licence is verified. You can list your profile.",
    de="Ihre Zulassung ist bestätigt. Sie können Ihr Profil veröffentlichen.",
)
DECLINED = Text(
    en="Your licence could not be verified: {reason}\n\nYou can send it again.",
    de=(
        "Ihre Zulassung konnte nicht bestätigt werden: {reason}\n\nSie können sie noch einmal "
        "einreichen."
    ),
)
EXPIRING = Text(
    en=(
        "Your licence expires in {days}, on {day}. Please send the renewed one in time: without it "
        "your profile is no longer listed."
    ),
    de=(
        "Ihre Zulassung läuft in {days} ab, am {day}. Bitte reichen Sie vorher die erneuerte ein: "
        "Ohne sie ist Ihr Profil nicht mehr veröffentlicht."
    ),
)
ONE_DAY = Text(en="1 day", de="1 Tag")
DAYS = Text(en="{number} days", de="{number} Tagen")
EXPIRED = Text(
    en=(
        "Your licence expired on {day}, so your profile is no longer listed. Please send the "
        "renewed one to have it back."
    ),
    de=(
        "Ihre Zulassung ist am {day} abgelaufen, deshalb ist Ihr Profil nicht mehr veröffentlicht. "
        "Bitte reichen Sie die erneuerte ein, damit es wieder erscheint."
    ),
)
