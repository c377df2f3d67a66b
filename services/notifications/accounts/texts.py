"""Texts of notices and mails about accounts, in each language."""

from contracts.profiles.accounts import Role
from services.notifications.language import Text

# Subjects

CONFIRM_ADDRESS = Text(
    en="Please confirm your e-mail address", de="Bitte bestätigen Sie Ihre E-Mail-Adresse"
)
HAVE_AN_ACCOUNT = Text(en="You already have an account", de="Sie haben schon ein Konto")
YOUR_ADDRESS = Text(en="Your e-mail address", de="Ihre E-Mail-Adresse")
YOUR_PASSWORD = Text(en="Your password", de="Ihr Passwort")
LOGGING_IN = Text(en="Logging in to your account", de="Anmeldung bei Ihrem Konto")
YOUR_ACCOUNT = Text(en="Your account", de="Ihr Konto")

# With links that are good once

VERIFY_EMAIL = Text(
    en=(
        "You signed up with this address. Open this link to confirm that it is yours:\n\n{link}\n\n"
        "The link works once, for three days. If you did not sign up, you can ignore this mail: "
        "no account exists until the link is followed."
    ),
    de=(
        "Sie haben sich mit dieser Adresse registriert. Öffnen Sie diesen Link, um zu bestätigen, "
        "dass sie Ihnen gehört:\n\n{link}\n\n"
        "Der Link gilt einmal und drei Tage lang. Wenn Sie sich nicht registriert haben, können "
        "Sie diese E-Mail ignorieren: Ein Konto entsteht erst, wenn dem Link gefolgt wird."
    ),
)
KNOWN_ADDRESS = Text(
    en=(
        "A sign-up with this address was begun, or a link to confirm it was asked for. You already "
        "have an account with it, so nothing was changed. If that was you, sign in as usual; if "
        "you forgot your password, you can ask for a link to choose a new one. If it was not you, "
        "you can ignore this mail."
    ),
    de=(
        "Mit dieser Adresse wurde eine Registrierung begonnen, oder ein Link wurde angefordert, um "
        "sie zu bestätigen. Sie haben damit schon ein Konto, deshalb hat sich nichts geändert. "
        "Wenn Sie das waren, melden Sie sich an wie gewohnt; wenn Sie Ihr Passwort vergessen "
        "haben, können Sie sich einen Link schicken lassen, um ein neues zu wählen. Wenn Sie es "
        "nicht waren, können Sie diese E-Mail ignorieren."
    ),
)
HALF_HOUR_KEPT = Text(
    en=(
        "The half hour that you chose: {when}. We keep it for you until {until}. Open the link "
        "before then, and book it with one button."
    ),
    de=(
        "Die halbe Stunde, die Sie gewählt haben: {when}. Wir halten sie für Sie frei bis {until}. "
        "Öffnen Sie den Link vorher, und buchen Sie sie mit einem Knopf."
    ),
)
HALF_HOUR_TO_TAKE = Text(
    en=(
        "A half hour was chosen with the sign-up: {when}. It is kept until {until}. If that was "
        "you, sign in to take this half hour, in the browser in which you chose it."
    ),
    de=(
        "Mit der Registrierung wurde eine halbe Stunde gewählt: {when}. Sie wird freigehalten bis "
        "{until}. Wenn Sie das waren, melden Sie sich an, um diese halbe Stunde zu nehmen, und "
        "zwar in dem Browser, in dem Sie sie gewählt haben."
    ),
)
CHANGE_EMAIL = Text(
    en=(
        "You asked us to write to you at this address from now on. Open this link to confirm that "
        "it is yours:\n\n{link}\n\n"
        "The link works once, for one day. If you did not ask for it, you can ignore this mail."
    ),
    de=(
        "Sie haben uns gebeten, Ihnen künftig an diese Adresse zu schreiben. Öffnen Sie diesen "
        "Link, um zu bestätigen, dass sie Ihnen gehört:\n\n{link}\n\n"
        "Der Link gilt einmal und einen Tag lang. Wenn Sie nicht darum gebeten haben, können Sie "
        "diese E-Mail ignorieren."
    ),
)
EMAIL_CHANGE_REQUESTED = Text(
    en=(
        "Your account is about to get another e-mail address. If you asked for that, there is "
        "nothing to do here: follow the link that we sent to the new address.\n\n"
        "If you did not ask for it, open this link to stop the change:\n\n{link}\n\n"
        "Then choose a new password, because another person knows yours."
    ),
    de=(
        "Ihr Konto soll eine andere E-Mail-Adresse bekommen. Wenn Sie darum gebeten haben, ist "
        "hier nichts zu tun: Folgen Sie dem Link, den wir an die neue Adresse geschickt haben.\n\n"
        "Wenn Sie nicht darum gebeten haben, öffnen Sie diesen Link, um die Änderung zu stoppen:"
        "\n\n{link}\n\n"
        "Wählen Sie danach ein neues Passwort, denn eine andere Person kennt Ihres."
    ),
)
RESET_PASSWORD = Text(
    en=(
        "Open this link to choose a new password:\n\n{link}\n\n"
        "The link works once, for one hour. If you did not ask for it, you can ignore this mail: "
        "your password stays as it is."
    ),
    de=(
        "Öffnen Sie diesen Link, um ein neues Passwort zu wählen:\n\n{link}\n\n"
        "Der Link gilt einmal und eine Stunde lang. Wenn Sie ihn nicht angefordert haben, können "
        "Sie diese E-Mail ignorieren: Ihr Passwort bleibt, wie es ist."
    ),
)

# What changed

PASSWORD_CHANGED = Text(
    en=(
        "Your password was changed, and you were signed out everywhere else. If that was not you, "
        "ask for a link to choose a new one now, and write to us."
    ),
    de=(
        "Ihr Passwort wurde geändert, und Sie wurden überall sonst abgemeldet. Wenn Sie das nicht "
        "waren, lassen Sie sich jetzt einen Link schicken, um ein neues zu wählen, und schreiben "
        "Sie uns."
    ),
)
EMAIL_CHANGED = Text(
    en=(
        "Your account has another e-mail address now: from here on we write to you there. If that "
        "was not you, write to us."
    ),
    de=(
        "Ihr Konto hat jetzt eine andere E-Mail-Adresse: Von nun an schreiben wir Ihnen dorthin. "
        "Wenn Sie das nicht waren, schreiben Sie uns."
    ),
)
SECOND_FACTOR_ADDED = Text(
    en=(
        "An authenticator was set up for your account: logging in takes a code as well from now "
        "on, and you were signed out in all other places. If that was not you, reset your password "
        "now, and write to us."
    ),
    de=(
        "Für Ihr Konto wurde eine Authenticator-App eingerichtet: Zum Anmelden brauchen Sie von "
        "nun an auch einen Code, und Sie wurden überall sonst abgemeldet. Wenn Sie das nicht "
        "waren, setzen Sie jetzt Ihr Passwort zurück und schreiben Sie uns."
    ),
)
SECOND_FACTOR_REMOVED = Text(
    en=(
        "The authenticator was removed from your account: logging in takes your password alone "
        "from now on, and you were signed out in all other places. If that was not you, reset your "
        "password now, and write to us."
    ),
    de=(
        "Die Authenticator-App wurde von Ihrem Konto entfernt: Zum Anmelden genügt von nun an Ihr "
        "Passwort, und Sie wurden überall sonst abgemeldet. Wenn Sie das nicht waren, setzen Sie "
        "jetzt Ihr Passwort zurück und schreiben Sie uns."
    ),
)
RECOVERY_CODES_RENEWED = Text(
    en=(
        "You have new recovery codes for your account, and the earlier ones no longer work. If "
        "that was not you, reset your password now, and write to us."
    ),
    de=(
        "Sie haben neue Wiederherstellungscodes für Ihr Konto, und die früheren gelten nicht mehr. "
        "Wenn Sie das nicht waren, setzen Sie jetzt Ihr Passwort zurück und schreiben Sie uns."
    ),
)
WRONG_CODES_ENTERED = Text(
    en=(
        "The right password for your account was entered, and then three wrong codes. The log-in "
        "did not succeed. If that was not you, another person knows your password: reset it now."
    ),
    de=(
        "Für Ihr Konto wurde das richtige Passwort eingegeben und danach drei falsche Codes. Die "
        "Anmeldung ist nicht gelungen. Wenn Sie das nicht waren, kennt eine andere Person Ihr "
        "Passwort: Setzen Sie es jetzt zurück."
    ),
)
ROLES_CHANGED = Text(
    en=(
        "The roles of your account have changed. They are now: {roles}. If you did not expect "
        "this, write to us."
    ),
    de=(
        "Die Rollen Ihres Kontos haben sich geändert. Sie sind jetzt: {roles}. Wenn Sie das nicht "
        "erwartet haben, schreiben Sie uns."
    ),
)
SUSPENDED = Text(
    en=(
        "Your account was suspended: you were signed out, and can't log in at present. Please "
        "write to us to have it restored."
    ),
    de=(
        "Ihr Konto wurde gesperrt: Sie wurden abgemeldet und können sich zurzeit nicht anmelden. "
        "Bitte schreiben Sie uns, damit es wieder freigegeben wird."
    ),
)
RESTORED = Text(
    en="Your account was restored, so you can log in again.",
    de="Ihr Konto ist wieder freigegeben, Sie können sich also wieder anmelden.",
)
SIGNED_OUT = Text(
    en=(
        "We signed you out in all places, to keep your account safe. Please log in again. If you "
        "did not expect this, write to us."
    ),
    de=(
        "Wir haben Sie zum Schutz Ihres Kontos überall abgemeldet. Bitte melden Sie sich wieder "
        "an. Wenn Sie das nicht erwartet haben, schreiben Sie uns."
    ),
)

# Roles

ROLES = {
    Role.CLIENT: Text(en="client", de="Klientin oder Klient"),
    Role.SPECIALIST: Text(en="specialist", de="Fachperson"),
    Role.EDITOR: Text(en="editor", de="Redaktion"),
    Role.MARKETING: Text(en="marketing", de="Marketing"),
    Role.ADMIN: Text(en="admin", de="Administration"),
}
NO_ROLES = Text(en="none", de="keine")
