"""Texts of notices and mails about consultations, in each language.

"{other}" stands for the name of the reader's other side. In German it always follows "mit" or
"bei", so that the words for an unknown name fit, too.
"""

from contracts.profiles.right_to_practise import Standing
from services.notifications.language import Text

# Subjects: neutral, since other people may see them

YOUR_APPOINTMENT = Text(en="Your appointment", de="Ihr Termin")
NEW_APPOINTMENT = Text(en="A new appointment", de="Ein neuer Termin")
AN_APPOINTMENT = Text(en="An appointment", de="Ein Termin")
OTHER_TIMES = Text(en="Other times for you", de="Andere Zeiten für Sie")
A_TIME = Text(en="A time for you", de="Eine Zeit für Sie")
NEEDS_YOU = Text(en="Something needs you", de="Bitte sehen Sie nach")

# In place of an unknown name

A_SPECIALIST = Text(en="your specialist", de="Ihrer Fachperson")
ANY_SPECIALIST = Text(en="a specialist", de="einer Fachperson")
A_CLIENT = Text(en="a client", de="einer Klientin oder einem Klienten")

# Booked

BOOKED_BY_YOU = Text(
    en=(
        "Your free first consultation with {other} is on {when}. It takes 30 minutes, costs "
        "nothing and obliges you to nothing."
    ),
    de=(
        "Ihr kostenloses Erstgespräch mit {other} ist am {when}. Es dauert 30 Minuten, kostet "
        "nichts und verpflichtet Sie zu nichts."
    ),
)
BOOKED_WITH_YOU = Text(
    en="A free first consultation with {other} was booked: on {when}.",
    de="Ein kostenloses Erstgespräch mit {other} wurde gebucht: am {when}.",
)

# Where, and how to change it

AT_THE_PRACTICE = Text(
    en="You meet at this address: {address}", de="Sie treffen sich hier: {address}"
)
ONLINE_AT = Text(en="You meet online: {url}", de="Sie treffen sich online: {url}")
ONLINE = Text(
    en="You meet online. From 10 minutes before it begins, you find the link on its page.",
    de=(
        "Sie treffen sich online. Den Link finden Sie ab 10 Minuten vor Beginn auf der Seite des "
        "Gesprächs."
    ),
)
CHANGE_AS_CLIENT = Text(
    en="Here you can cancel or move it, and see until when you can:\n{page}",
    de="Hier können Sie es absagen oder verschieben und sehen, bis wann das geht:\n{page}",
)
CHANGE_AS_SPECIALIST = Text(
    en="Here you can cancel or move it:\n{page}",
    de="Hier können Sie es absagen oder verschieben:\n{page}",
)
SAY_IT = Text(en="Here you can say it:\n{page}", de="Hier können Sie es sagen:\n{page}")
MORE = Text(en="Here you can read more:\n{page}", de="Hier lesen Sie mehr:\n{page}")
FIND_ANOTHER = Text(
    en="Here you find other times and other specialists:\n{search}",
    de="Hier finden Sie andere Zeiten und andere Fachpersonen:\n{search}",
)

# Changed

RESCHEDULED = Text(
    en="The free first consultation with {other} on {previous} was moved. It is now on {when}.",
    de=(
        "Das kostenlose Erstgespräch mit {other} am {previous} wurde verschoben. Es ist jetzt am "
        "{when}."
    ),
)
PLACE_CHANGED = Text(
    en="The free first consultation with {other} on {when} has another place than before.",
    de=(
        "Das kostenlose Erstgespräch mit {other} am {when} findet an einem anderen Ort statt als "
        "bisher."
    ),
)

# Cancelled

CANCELLED_BY_SPECIALIST = Text(
    en=(
        "Your free first consultation with {other} on {when} was cancelled by the "
        "specialist. It does not count: you can book another one with any specialist."
    ),
    de=(
        "Ihr kostenloses Erstgespräch mit {other} am {when} wurde von der Fachperson "
        "abgesagt. Es zählt nicht: Sie können bei jeder Fachperson ein anderes buchen."
    ),
)
SPECIALIST_UNAVAILABLE = Text(
    en=(
        "We are sorry: your free first consultation with {other} on {when} can't take place, "
        "because the specialist is no longer available. It does not count: you can book another "
        "one with any other specialist. Where we find times that may suit you, we send them to you."
    ),
    de=(
        "Es tut uns leid: Ihr kostenloses Erstgespräch mit {other} am {when} kann nicht "
        "stattfinden, weil die Fachperson nicht mehr verfügbar ist. Es zählt nicht: Sie können "
        "bei jeder anderen Fachperson ein neues buchen. Finden wir Zeiten, die zu Ihnen passen "
        "könnten, schreiben wir Ihnen."
    ),
)
CANCELLED_BY_CLIENT = Text(
    en=(
        "The free first consultation with {other} on {when} was cancelled. The time is free again."
    ),
    de=(
        "Das kostenlose Erstgespräch mit {other} am {when} wurde abgesagt. Die Zeit ist wieder "
        "frei."
    ),
)
CANCELLED_FOR_YOU = Text(
    en=(
        "The free first consultation with {other} on {when} was cancelled, because you can't "
        "offer consultations at present. We do not tell the client why."
    ),
    de=(
        "Das kostenlose Erstgespräch mit {other} am {when} wurde abgesagt, weil Sie zurzeit keine "
        "Gespräche anbieten können. Den Grund teilen wir der anderen Seite nicht mit."
    ),
)

# Afterwards

COMPLETED = Text(
    en=(
        "Your first consultation with {other} is over, and obliges you to nothing. If you like, "
        "tell us within 14 days what you want next. The other side never sees it: only if both of "
        "you want to continue, we tell you both."
    ),
    de=(
        "Ihr Erstgespräch mit {other} ist vorbei und verpflichtet Sie zu nichts. Wenn Sie mögen, "
        "sagen Sie uns innerhalb von 14 Tagen, wie es für Sie weitergehen soll. Die andere Seite "
        "sieht das nie: Nur wenn Sie beide weitermachen möchten, erfahren Sie es beide."
    ),
)
MISSED_BY_YOU = Text(
    en=(
        "We were told that you could not make it to the first consultation with {other} on "
        "{when}. That can happen. If you were there, please say so before {until}: then it "
        "counts as held."
    ),
    de=(
        "Uns wurde gesagt, dass Sie zum Erstgespräch mit {other} am {when} nicht kommen konnten. "
        "Das kann passieren. Wenn Sie da waren, sagen Sie es bitte bis {until}: Dann gilt es als "
        "geführt."
    ),
)
MISSED_BY_SPECIALIST = Text(
    en=(
        "The first consultation with {other} on {when} is noted as missed by the specialist. It "
        "does not count: you can book another one with any specialist. If it was otherwise, "
        "please say so before {until}."
    ),
    de=(
        "Für das Erstgespräch mit {other} am {when} ist vermerkt, dass die Fachperson nicht "
        "gekommen ist. Es zählt nicht: Sie können bei jeder Fachperson ein anderes buchen. Wenn "
        "es anders war, sagen Sie es bitte bis {until}."
    ),
)
MISSED_BY_CLIENT = Text(
    en=(
        "The first consultation with {other} on {when} is noted as missed by the client. If it "
        "was otherwise, please say so before {until}."
    ),
    de=(
        "Für das Erstgespräch mit {other} am {when} ist vermerkt, dass die andere Seite nicht "
        "gekommen ist. Wenn es anders war, sagen Sie es bitte bis {until}."
    ),
)
BOTH_WISH_TO_CONTINUE = Text(
    en=(
        "After your first consultation, you and {other} both said that you would like to "
        "continue. Whether and how is for the two of you to decide."
    ),
    de=(
        "Nach Ihrem Erstgespräch mit {other} haben Sie beide gesagt, dass Sie gern weitermachen "
        "möchten. Ob und wie, entscheiden Sie beide."
    ),
)

# Held for the reader

RESCUE_OFFERED = Text(
    en=(
        "We are sorry that your first consultation did not take place. If you like, choose one of "
        "these times with other specialists who may suit you:"
    ),
    de=(
        "Es tut uns leid, dass Ihr Erstgespräch nicht stattgefunden hat. Wenn Sie mögen, wählen "
        "Sie eine dieser Zeiten bei anderen Fachpersonen, die zu Ihnen passen könnten:"
    ),
)
A_HELD_SLOT = Text(en="- {when}, with {specialist}", de="- {when}, mit {specialist}")
RESCUE_HELD_UNTIL = Text(
    en="They are held for you until {until}. You need not take any of them.",
    de="Sie sind für Sie reserviert bis {until}. Sie müssen keine davon nehmen.",
)
SLOT_OFFERED = Text(
    en=(
        "A time with {specialist}, for whom you wait, is free now: {when}. It is held for you "
        "until {until}. You need not take it."
    ),
    de=(
        "Sie warten auf eine Zeit bei {specialist}. Jetzt ist eine frei: {when}. Sie ist für Sie "
        "reserviert bis {until}. Sie müssen sie nicht nehmen."
    ),
)
TAKE_IT = Text(en="Here you can take it:\n{page}", de="Hier können Sie sie nehmen:\n{page}")
CHOOSE = Text(en="Here you can choose:\n{page}", de="Hier können Sie wählen:\n{page}")

# Discreet mails, which other people may see

DISCREETLY_BOOKED = Text(en="Your appointment is on {when}.", de="Ihr Termin ist am {when}.")
DISCREETLY_RESCHEDULED = Text(
    en="Your appointment on {previous} was moved. It is now on {when}.",
    de="Ihr Termin am {previous} wurde verschoben. Er ist jetzt am {when}.",
)
DISCREETLY_PLACE_CHANGED = Text(
    en="Your appointment on {when} has another place than before.",
    de="Ihr Termin am {when} findet an einem anderen Ort statt als bisher.",
)
DISCREETLY_CANCELLED = Text(
    en="Your appointment on {when} was cancelled.", de="Ihr Termin am {when} wurde abgesagt."
)
DISCREETLY_OFFERED = Text(
    en="There is a time for you. It is held for you until {until}.",
    de="Es gibt eine Zeit für Sie. Sie ist für Sie reserviert bis {until}.",
)
DISCREETLY_NEWS = Text(
    en="There is news about your appointment.", de="Es gibt etwas Neues zu Ihrem Termin."
)

# For admins

ONE_AT_RISK = Text(en="- {when}", de="- {when}")

AT_RISK = {
    Standing.RENEWAL_WAITING: Text(
        en=(
            "The licence of {specialist} has expired, and a renewed one waits for your decision. "
            "These consultations stay booked until you decide. Please do so soon:"
        ),
        de=(
            "Die Zulassung von {specialist} ist abgelaufen, und eine erneuerte wartet auf Ihre "
            "Entscheidung. Diese Gespräche bleiben gebucht, bis Sie entscheiden. Bitte tun Sie das "
            "bald:"
        ),
    ),
    Standing.LICENCE_EXPIRED: Text(
        en=(
            "The licence of {specialist} has expired, and no renewed one was sent. Each of these "
            "consultations is cancelled 48 hours before it begins, unless a licence is verified "
            "by then:"
        ),
        de=(
            "Die Zulassung von {specialist} ist abgelaufen, und keine erneuerte wurde eingereicht. "
            "Jedes dieser Gespräche wird 48 Stunden vor Beginn abgesagt, wenn bis dahin keine "
            "Zulassung bestätigt ist:"
        ),
    ),
    Standing.LICENCE_DECLINED: Text(
        en=(
            "The licence of {specialist} has expired, and the renewed one was declined. These "
            "consultations were cancelled, and their clients were told:"
        ),
        de=(
            "Die Zulassung von {specialist} ist abgelaufen, und die erneuerte wurde abgelehnt. "
            "Diese Gespräche wurden abgesagt, und die Klientinnen und Klienten wurden "
            "benachrichtigt:"
        ),
    ),
    Standing.LICENCE_WITHDRAWN: Text(
        en=(
            "The verification of the licence of {specialist} was taken back. These consultations "
            "were cancelled, and their clients were told:"
        ),
        de=(
            "Die Bestätigung der Zulassung von {specialist} wurde zurückgenommen. Diese Gespräche "
            "wurden abgesagt, und die Klientinnen und Klienten wurden benachrichtigt:"
        ),
    ),
    Standing.ROLE_REVOKED: Text(
        en=(
            "The role of {specialist} was revoked. These consultations were cancelled, and their "
            "clients were told:"
        ),
        de=(
            "Die Rolle von {specialist} wurde entzogen. Diese Gespräche wurden abgesagt, und die "
            "Klientinnen und Klienten wurden benachrichtigt:"
        ),
    ),
    Standing.ACCOUNT_SUSPENDED: Text(
        en=(
            "The account of {specialist} was suspended. These consultations were cancelled, and "
            "their clients were told:"
        ),
        de=(
            "Das Konto von {specialist} wurde gesperrt. Diese Gespräche wurden abgesagt, und die "
            "Klientinnen und Klienten wurden benachrichtigt:"
        ),
    ),
}
