"""German texts of refusals: by code, and by English text where one code has several texts.

A placeholder in braces takes the value that the English text has in its place.
"""

from __future__ import annotations

BY_CODE: dict[str, str] = {
    "account_suspended": (
        "Ihr Konto ist gesperrt, daher können Sie sich nicht anmelden. "
        "Bitte schreiben Sie uns, damit wir es wieder freigeben."
    ),
    "address_refused": "Diese Adresse können wir nicht abrufen. Bitte geben Sie eine andere an.",
    "agreement_needed": (
        "Um sich zu registrieren, stimmen Sie bitte den geltenden Nutzungsbedingungen zu und, wenn "
        "Sie ein Gespräch suchen, der Verwendung Ihrer Gesundheitsdaten. "
        "Die Fassungen stehen unter errors."
    ),
    "already_booked": (
        "Sie hatten Ihr kostenloses Erstgespräch mit dieser Fachperson schon, "
        "oder Sie haben es gebucht."
    ),
    "already_published": (
        "Dieser Artikel ist schon veröffentlicht. "
        "Ziehen Sie ihn zurück, bevor Sie ihn neu ansetzen."
    ),
    "already_verified": "Ihre E-Mail-Adresse ist schon bestätigt. Sie können sich anmelden.",
    "answer_refused": (
        "Was unter dieser Adresse steht, können wir nicht verwenden. Bitte prüfen Sie die Adresse."
    ),
    "article_gone": "Dieser Artikel wurde zurückgezogen. Bitte suchen Sie einen anderen.",
    "attendance_closed": (
        "Es ist zu spät, um anzugeben, ob dieses Gespräch stattgefunden hat. "
        "Das ist bis 48 Stunden danach möglich."
    ),
    "attendance_given": (
        "Sie können Ihre Angabe nicht mehr berichtigen. Das geht einmal, und nur solange die "
        "andere Seite noch einen Tag für ihre Angabe hat."
    ),
    "bad_calendar_file": (
        "Die Datei unter dieser Adresse ist kein lesbarer Kalender. Bitte prüfen Sie die Adresse."
    ),
    "bad_cursor": "Diese Marke gehört nicht zu dieser Liste. Bitte beginnen Sie ohne Marke neu.",
    "bad_file": (
        "Diese Datei ist beschädigt oder von einer Art, die nicht verwendet werden kann. "
        "Bitte senden Sie eine andere."
    ),
    "bad_hours": (
        "Diese Sprechzeiten überschneiden sich oder sind zu kurz für ein Gespräch. "
        "Bitte sehen Sie unter errors nach."
    ),
    "bad_idempotency_key": (
        "Der Idempotency-Key muss aus 1 bis 100 sichtbaren ASCII-Zeichen bestehen."
    ),
    "bad_last_event_id": (
        "Die Last-Event-ID muss die Nummer eines Ereignisses aus diesem Strom sein."
    ),
    "bad_period": (
        "Dieser Zeitraum ist leer oder zu lang. "
        "Bitte sehen Sie unter errors nach, und geben Sie einen anderen an."
    ),
    "bad_publication_time": (
        "Ein Artikel kann nur für einen Zeitpunkt angesetzt werden, der noch kommt. "
        "Bitte sehen Sie unter errors nach."
    ),
    "bad_refresh_token": (
        "Dieses Token ist ungültig, oder seine Sitzung ist beendet. Bitte melden Sie sich neu an."
    ),
    "bad_token": (
        "Dieses Zugriffstoken ist ungültig oder abgelaufen. Bitte erneuern Sie es, "
        "oder melden Sie sich neu an."
    ),
    "bad_visit": (
        "Dieser Besuch ist nicht bekannt. "
        "Bitte rufen Sie die vorgestellten Fachpersonen ohne ihn ab."
    ),
    "bad_words": (
        "Nach diesen Wörtern können wir nicht suchen. Bitte versuchen Sie es mit anderen."
    ),
    "booking_paused": (
        "Sie haben zwei Gespräche versäumt. Nach 30 Tagen können Sie wieder buchen."
    ),
    "budget_spent": (
        "Diese Fachperson hat in diesem Monat keine kostenlosen Erstgespräche mehr frei. "
        "Später können weitere hinzukommen."
    ),
    "calendar_given_before": (
        "Diese Adresse haben Sie schon angegeben. Jeder externe Kalender braucht eine eigene."
    ),
    "challenge_void": (
        "Für den Code ist es zu spät, oder Ihr Passwort wurde geändert. Bitte melden Sie sich "
        "noch einmal an."
    ),
    "codes_exhausted": (
        "Für Ihr Konto wurden zu viele falsche Codes eingegeben. "
        "Bitte setzen Sie Ihr Passwort zurück."
    ),
    "conflict": (
        "Das ist zurzeit nicht möglich. Bitte lesen Sie es noch einmal, bevor Sie es versuchen."
    ),
    "database_away": (
        "Die Datenbank antwortet nicht. Bitte versuchen Sie es in einer Minute wieder."
    ),
    "day_full": (
        "An diesem Tag oder in dieser Woche nimmt die Fachperson keine Gespräche mehr an. "
        "Bitte wählen Sie einen anderen Tag."
    ),
    "email_change_done": (
        "Ihre E-Mail-Adresse wurde schon geändert. Wenn Sie das nicht waren, "
        "schreiben Sie uns bitte."
    ),
    "email_not_verified": (
        "Bitte bestätigen Sie zuerst Ihre E-Mail-Adresse. "
        "Der Link steht in der E-Mail, die wir Ihnen geschickt haben."
    ),
    "email_taken": (
        "Ein anderes Konto hat diese E-Mail-Adresse schon. Bitte verwenden Sie eine andere."
    ),
    "erased": "Dieses Konto wurde gelöscht.",
    "foreign_form": (
        "Dieses Formular kam nicht von einer Seite dieser Website. "
        "Bitte öffnen Sie die Seite noch einmal, und wiederholen Sie es."
    ),
    "forbidden": "Dazu sind Sie nicht berechtigt.",
    "gone": "Das war hier und ist nicht mehr da.",
    "has_begun": "Dieses Gespräch hat schon begonnen und kann nicht mehr geändert werden.",
    "holds_taken": (
        "Bei dieser Fachperson werden gerade zwei halbe Stunden für andere freigehalten, die sich "
        "registrieren. Bitte registrieren Sie sich zuerst, und wählen Sie danach eine Zeit, oder "
        "versuchen Sie es in 20 Minuten noch einmal."
    ),
    "idempotency_key_reused": (
        "Dieser Idempotency-Key wurde schon mit einer anderen Anfrage geschickt. "
        "Bitte verwenden Sie einen neuen."
    ),
    "in_the_past": "Dieser Zeitpunkt ist vorbei. Bitte wählen Sie einen späteren.",
    "internal_error": (
        "Bei uns ist ein Fehler aufgetreten. Die Korrelations-ID findet ihn in den Protokollen."
    ),
    "invalid": ("Ihre Anfrage kann so nicht angenommen werden. Bitte sehen Sie unter errors nach."),
    "licence_changed": (
        "Die Zulassung hat sich geändert, seit Sie sie angesehen haben. "
        "Bitte sehen Sie sie noch einmal an."
    ),
    "licence_ended": (
        "Diese Zulassung ist schon abgelaufen. Bitte reichen Sie eine ein, die noch gilt."
    ),
    "link_expired": "Dieser Link ist abgelaufen. Bitte fordern Sie einen neuen an.",
    "link_invalid": (
        "Dieser Link ist nicht vollständig. Bitte kopieren Sie den ganzen Link aus der E-Mail, "
        "oder fordern Sie einen neuen an."
    ),
    "link_used": (
        "Dieser Link wurde schon benutzt, oder eine spätere Änderung hat ihn ungültig gemacht. "
        "Sie können einen neuen anfordern."
    ),
    "method_not_allowed": "Dieser Pfad nimmt andere Methoden an: siehe Allow.",
    "no_calendar_there": (
        "Unter dieser Adresse gibt es zurzeit keinen Kalender. "
        "Bitte prüfen Sie die Adresse, oder versuchen Sie es später wieder."
    ),
    "no_free_consultations": (
        "Diese Fachperson bietet zurzeit keine kostenlosen Erstgespräche an. "
        "Bitte wählen Sie eine andere."
    ),
    "no_place": (
        "Kostenlose Erstgespräche, die Sie anbieten oder die gebucht sind, brauchen einen "
        "Ort. Bitte geben Sie die Adresse Ihrer Praxis oder einen eigenen Link an."
    ),
    "no_such_code": (
        "Eine Sprache, ein Land, eine Währung oder eine Zeitzone gibt es nicht. "
        "Bitte sehen Sie unter errors nach."
    ),
    "no_totp": (
        "Es ist kein Authenticator eingerichtet, und keiner wartet auf seine Bestätigung. "
        "Bitte richten Sie zuerst einen ein."
    ),
    "not_booked": "Dieses Gespräch ist nicht mehr gebucht, daher können Sie es nicht ändern.",
    "not_fetched": "Diese Adresse antwortet nicht. Bitte versuchen Sie es später wieder.",
    "not_found": "Das haben wir nicht gefunden.",
    "not_held": "Dieses Gespräch hat nicht stattgefunden, daher gibt es nichts anzugeben.",
    "not_json": "Der Inhalt der Anfrage ist kein JSON.",
    "not_listed": "Bei dieser Fachperson können Sie zurzeit nicht buchen.",
    "not_over": (
        "Dieses Gespräch ist noch nicht vorbei. Bitte kommen Sie nach seinem Ende wieder."
    ),
    "not_ready": "Ein Teil, den dieser Prozess braucht, antwortet nicht.",
    "note_not_yours": (
        "Nur die Klientin oder der Klient kann diese Notiz ändern oder zurückziehen."
    ),
    "nothing_to_decide": (
        "Es gibt nichts zu entscheiden: Hier wartet keine Zulassung, und keine ist gültig."
    ),
    "notice_too_short": ("Es ist zu spät, dieses Gespräch abzusagen oder zu verschieben."),
    "origin_not_allowed": (
        "Diese Seite darf die Schnittstelle nicht aus einem Browser aufrufen. "
        "Bitte wenden Sie sich an den Betreiber."
    ),
    "other_account": (
        "Sie sind mit einem anderen Konto angemeldet als dem, mit dem diese Seite geöffnet wurde; "
        "daher wurde nichts geändert. Bitte sehen Sie sich die Seite an, wie sie jetzt ist, und "
        "senden Sie sie noch einmal."
    ),
    "outcome_closed": (
        "Es ist zu spät, um zu sagen, was Sie als Nächstes möchten. "
        "Das ist bis 14 Tage nach dem Gespräch möglich."
    ),
    "outcome_given": (
        "Sie haben schon gesagt, was Sie als Nächstes möchten. Das lässt sich nicht mehr ändern."
    ),
    "outcome_not_yours": (
        "Das kann nur die andere Seite sagen. Bitte wählen Sie eine Ihrer eigenen Antworten."
    ),
    "overlapping_booking": (
        "Sie haben zu dieser Zeit schon ein anderes Gespräch gebucht. "
        "Bitte wählen Sie eine andere Zeit."
    ),
    "own_licence": (
        "Über Ihre eigene Zulassung können Sie nicht entscheiden. "
        "Bitte fragen Sie eine andere Person aus der Verwaltung."
    ),
    "own_profile": "Sie können kein Gespräch mit sich selbst buchen.",
    "password_needed": (
        "Bitte geben Sie das Passwort ein, das Sie bei der Anmeldung gewählt haben, "
        "oder wählen Sie ein neues."
    ),
    "password_too_common": (
        "Dieses Passwort ist zu leicht zu erraten. Bitte wählen Sie ein anderes, "
        "zum Beispiel vier zufällige Wörter."
    ),
    "profile_exists": "Sie haben schon ein Profil. Bitte ändern Sie dieses.",
    "profile_incomplete": (
        "Ihr Profil kann noch nicht gelistet werden, weil etwas fehlt. "
        "Bitte sehen Sie unter errors nach."
    ),
    "read_just_now": (
        "Ihre Kalender wurden gerade erst auf Ihren Wunsch gelesen. "
        "Bitte warten Sie eine Minute bis zum nächsten Mal."
    ),
    "readings_taken": (
        "Gerade werden andere Kalender gelesen. Bitte versuchen Sie es in ein paar Sekunden wieder."
    ),
    "reason_missing": (
        "Bitte geben Sie an, warum Sie diese Zulassung ablehnen. Die Fachperson liest es."
    ),
    "refresh_token_reused": (
        "Dieses Token wurde schon benutzt, daher wurde die Sitzung beendet. "
        "Bitte melden Sie sich neu an."
    ),
    "request_entity_too_large": "Der Inhalt der Anfrage ist zu groß.",
    "request_timeout": "Die Anfrage kam nicht rechtzeitig an.",
    "request_uri_too_long": "Die Adresse der Anfrage ist zu lang.",
    "same_time": "Dieses Gespräch ist schon zu dieser Zeit. Bitte wählen Sie eine andere.",
    "second_factor_required": (
        "Bitte geben Sie auch einen Code ein: aus Ihrem Authenticator oder einen "
        "Wiederherstellungscode."
    ),
    "slot_not_offered": (
        "Die Fachperson bietet zu dieser Zeit kein kostenloses Erstgespräch an. "
        "Bitte wählen Sie einen der freien Termine."
    ),
    "slot_taken": (
        "Diese Zeit oder eine zu nahe daran ist schon vergeben. Bitte wählen Sie eine andere."
    ),
    "slots_free": (
        "Die Fachperson hat einen freien Termin, der passt, daher brauchen Sie nicht zu warten. "
        "Bitte buchen Sie ihn."
    ),
    "slug_taken": (
        "Ein anderer Artikel hat oder hatte diesen Kurznamen. Bitte wählen Sie einen anderen."
    ),
    "specialist_busy": (
        "Die Fachperson hat zu dieser Zeit einen anderen Termin. Bitte wählen Sie eine andere Zeit."
    ),
    "stale": (
        "Das wurde geändert, seit Sie es gelesen haben. "
        "Bitte lesen Sie es noch einmal, und wiederholen Sie dann Ihre Änderung."
    ),
    "storage_away": (
        "Dateien können gerade nicht gelesen oder gespeichert werden. "
        "Bitte versuchen Sie es in einer Minute wieder."
    ),
    "token_revoked": (
        "Dieses Zugriffstoken gilt nicht mehr. Bitte erneuern Sie es, oder melden Sie sich neu an."
    ),
    "streams_full": (
        "Gerade sind zu viele Live-Ströme offen. Bitte versuchen Sie es in einer halben Minute "
        "wieder."
    ),
    "too_far": "Diese Zeit liegt zu weit in der Zukunft. Bitte wählen Sie eine frühere.",
    "too_many": "Das wurde zu oft angefragt. Bitte versuchen Sie es später wieder.",
    "too_many_bookings": (
        "Sie haben drei offene Buchungen, mehr sind nicht zugleich möglich. Bitte sagen Sie eine "
        "davon ab, oder buchen Sie nach einem dieser Gespräche wieder."
    ),
    "too_many_calendars": (
        "Sie haben fünf externe Kalender, mehr sind nicht möglich. "
        "Bitte entfernen Sie zuerst einen davon."
    ),
    "too_many_holds": (
        "Für diese Adresse oder von Ihrem Anschluss aus wurden am letzten Tag schon drei halbe "
        "Stunden freigehalten. Sie können sich ohne eine registrieren und danach eine Zeit wählen."
    ),
    "too_many_streams": (
        "Sie haben zu viele Live-Ströme offen. Bitte schließen Sie einen davon, bevor Sie noch "
        "einen öffnen."
    ),
    "too_many_tries": (
        "Das wurde zu oft versucht. Bitte warten Sie eine Weile, bevor Sie es wieder versuchen."
    ),
    "too_many_waits": (
        "Sie stehen auf zehn Wartelisten, mehr sind nicht möglich. "
        "Bitte verlassen Sie zuerst eine davon."
    ),
    "too_soon": (
        "Diese Zeit beginnt zu bald, um noch gebucht zu werden. Bitte wählen Sie eine spätere."
    ),
    "totp_confirmed": "Ein Authenticator ist schon eingerichtet. Bitte entfernen Sie ihn zuerst.",
    "unauthenticated": (
        "Bitte melden Sie sich zuerst an. Die Anfrage hat kein gültiges Zugriffstoken."
    ),
    "unavailable": (
        "Ein Teil der Plattform antwortet nicht. Bitte versuchen Sie es später wieder."
    ),
    "unknown_time_zone": (
        "Diese Zeitzone gibt es nicht. "
        "Bitte geben Sie einen Namen der IANA an, zum Beispiel Europe/Berlin."
    ),
    "unsupported_content_encoding": (
        "Ein kodierter Inhalt wird nicht angenommen. Bitte senden Sie ihn ohne Content-Encoding."
    ),
    "unsupported_media_type": "Diese Art von Inhalt wird hier nicht angenommen.",
    "wrong_code": (
        "Dieser Code ist falsch oder wurde schon benutzt. Bitte geben Sie einen anderen ein."
    ),
    "wrong_credentials": (
        "Die Adresse oder das Passwort ist falsch, oder die Adresse ist noch nicht bestätigt. "
        "Sie können sich den Link zur Bestätigung noch einmal schicken lassen."
    ),
    "wrong_password": "Das ist nicht Ihr Passwort. Bitte versuchen Sie es noch einmal.",
}

TEXTS: dict[str, str] = {
    # consultations
    (
        "It is too late to cancel or move this consultation. "
        "You could until {hours} hours before it begins."
    ): (
        "Es ist zu spät, dieses Gespräch abzusagen oder zu verschieben. "
        "Möglich war das bis {hours} Stunden vor dem Beginn."
    ),
    (
        "This time starts too soon to be booked. The specialist needs at least {hours} hours of "
        "notice, so please choose a later time."
    ): (
        "Diese Zeit beginnt zu bald, um noch gebucht zu werden. Die Fachperson braucht mindestens "
        "{hours} Stunden Vorlauf, bitte wählen Sie daher eine spätere Zeit."
    ),
    (
        "This time is too far ahead. You can book up to {days} days ahead, so please choose an "
        "earlier time."
    ): (
        "Diese Zeit liegt zu weit in der Zukunft. Sie können bis zu {days} Tage im Voraus buchen, "
        "bitte wählen Sie daher eine frühere Zeit."
    ),
    "This consultation is cancelled, so you can't change it.": (
        "Dieses Gespräch ist abgesagt und lässt sich nicht mehr ändern."
    ),
    "This consultation is completed, so you can't change it.": (
        "Dieses Gespräch hat stattgefunden und lässt sich nicht mehr ändern."
    ),
    "This consultation was missed, so you can't change it.": (
        "Dieses Gespräch wurde versäumt und lässt sich nicht mehr ändern."
    ),
    "There is no such consultation, or you don't take part in it.": (
        "Dieses Gespräch gibt es nicht, oder Sie nehmen nicht daran teil."
    ),
    "There is no specialist here whom you can book.": (
        "Hier gibt es keine Fachperson, bei der Sie buchen können."
    ),
    "No half hour was kept for this sign-up in the last day.": (
        "Für diese Registrierung wurde am letzten Tag keine halbe Stunde freigehalten."
    ),
    "You have not set your availability yet.": "Sie haben noch keine Sprechzeiten angegeben.",
    "You have no such external calendar. It may have been removed.": (
        "Diesen externen Kalender haben Sie nicht. Vielleicht wurde er entfernt."
    ),
    "There is no calendar at this address. It may have been revoked or replaced.": (
        "Unter dieser Adresse gibt es keinen Kalender. "
        "Vielleicht wurde sie widerrufen oder ersetzt."
    ),
    "This media type is not accepted here. Send {types}.": (
        "Diese Art von Inhalt wird hier nicht angenommen. Bitte senden Sie {types}."
    ),
    (
        "This media type is not accepted here. Send {types}. "
        "To send JPEG from a phone, choose the most compatible format in its camera."
    ): (
        "Diese Art von Inhalt wird hier nicht angenommen. Bitte senden Sie {types}. "
        "Damit ein Telefon JPEG sendet, wählen Sie in seiner Kamera das kompatibelste Format."
    ),
    "There is nothing at this path.": "Unter diesem Pfad gibt es nichts.",
    # refusals that say more than their code
    "You need the role {role} to do this.": "Dafür brauchen Sie die Rolle {role}.",
    "There is no specialist at this address.": "Unter dieser Adresse gibt es keine Fachperson.",
    "There is no article at this address.": "Unter dieser Adresse gibt es keinen Artikel.",
    "There is no photo at this address.": "Unter dieser Adresse gibt es kein Foto.",
    "There is no erasure with this id.": "Mit dieser Kennung gibt es keine Löschung.",
    (
        "You missed two consultations, so you can't book until {until}. "
        "From then on you are welcome to book again."
    ): (
        "Sie haben zwei Gespräche versäumt, daher können Sie bis {until} nicht buchen. "
        "Danach können Sie gern wieder buchen."
    ),
    "The Authorization header must be Bearer and one token.": (
        "Der Authorization-Header muss aus Bearer und einem Token bestehen."
    ),
    "The database is busy. Please try again in a minute.": (
        "Die Datenbank ist ausgelastet. Bitte versuchen Sie es in einer Minute wieder."
    ),
    "The database lacks a table. The operator must run firststep migrate.": (
        "Der Datenbank fehlt eine Tabelle. Der Betreiber muss firststep migrate ausführen."
    ),
    "You have no such notice.": "Eine solche Mitteilung haben Sie nicht.",
    "You have no such session.": "Eine solche Sitzung haben Sie nicht.",
    "Your access token belongs to no session. Please log in again.": (
        "Ihr Zugriffstoken gehört zu keiner Sitzung. Bitte melden Sie sich neu an."
    ),
    "You have no profile yet. Please write one first.": (
        "Sie haben noch kein Profil. Bitte schreiben Sie zuerst eines."
    ),
    "No licence was handed in yet.": "Es wurde noch keine Zulassung eingereicht.",
    "No document was handed in with this licence.": (
        "Zu dieser Zulassung wurde kein Dokument eingereicht."
    ),
    "There is no method {method}.": "Die Methode {method} gibt es nicht.",
    "This was changed at the same moment. Please try again.": (
        "Das wurde im selben Augenblick geändert. Bitte versuchen Sie es noch einmal."
    ),
    "A part of the platform did not answer in time. Please try again.": (
        "Ein Teil der Plattform hat nicht rechtzeitig geantwortet. "
        "Bitte versuchen Sie es noch einmal."
    ),
    "A part of the platform can't be reached. Please try again in a minute.": (
        "Ein Teil der Plattform ist nicht erreichbar. "
        "Bitte versuchen Sie es in einer Minute wieder."
    ),
    "The platform did not answer in time. Please try again.": (
        "Die Plattform hat nicht rechtzeitig geantwortet. Bitte versuchen Sie es noch einmal."
    ),
    "We can't check your sign-in at the moment. Please try again in a minute.": (
        "Wir können Ihre Anmeldung gerade nicht prüfen. "
        "Bitte versuchen Sie es in einer Minute wieder."
    ),
    "Many people are signing in at the moment. Please try again in a while.": (
        "Gerade melden sich viele Personen an. Bitte versuchen Sie es etwas später wieder."
    ),
    "Too many photos are being worked on just now. Please send yours again in a minute.": (
        "Gerade werden zu viele Fotos bearbeitet. "
        "Bitte senden Sie Ihres in einer Minute noch einmal."
    ),
    # fields
    "Missing data for required field.": "Diese Angabe fehlt.",
    "Field may not be null.": "Diese Angabe darf nicht leer sein.",
    "Unknown field.": "Diese Angabe gibt es hier nicht.",
    "Invalid input type.": "Diese Angabe ist von einer anderen Art.",
    "Not a valid string.": "Muss ein Text sein.",
    "Not a valid integer.": "Muss eine ganze Zahl sein.",
    "Not a valid number.": "Muss eine Zahl sein.",
    "Not a valid boolean.": "Muss true oder false sein.",
    "Not a valid list.": "Muss eine Liste sein.",
    "Not a valid mapping type.": "Muss ein Objekt sein.",
    "Not a valid UUID.": "Muss eine UUID sein.",
    "Not a valid date.": "Muss ein Datum sein, zum Beispiel 2026-12-01.",
    "Length must be between {least} and {most}.": (
        "Muss zwischen {least} und {most} Zeichen oder Einträge lang sein."
    ),
    "Longer than maximum length {most}.": "Darf höchstens {most} Zeichen oder Einträge lang sein.",
    "Shorter than minimum length {least}.": (
        "Muss mindestens {least} Zeichen oder Einträge lang sein."
    ),
    "Must be greater than or equal to {least} and less than or equal to {most}.": (
        "Muss zwischen {least} und {most} liegen."
    ),
    "Must be greater than or equal to {least}.": "Muss mindestens {least} sein.",
    "Must be less than or equal to {most}.": "Darf höchstens {most} sein.",
    "Must be one of: {values}.": "Muss eines davon sein: {values}.",
    "Must not contain a NUL character.": "Darf kein NUL-Zeichen enthalten.",
    "Must be one line of text, and not blank.": (
        "Muss eine Zeile Text sein und darf nicht leer sein."
    ),
    "Must be one line of text.": "Muss eine Zeile Text sein.",
    "Must be one line of text, without {character}.": (
        "Muss eine Zeile Text sein, ohne {character}."
    ),
    "Must be text, without {character}.": "Muss Text sein, ohne {character}.",
    "Must be text that can be seen, without {character}.": (
        "Muss Text sein, den man sieht, ohne {character}."
    ),
    "Must be a web address, such as https://example.org.": (
        "Muss eine Web-Adresse sein, zum Beispiel https://example.org."
    ),
    "Must not contain a user name or a password (before an @).": (
        "Darf keinen Benutzernamen und kein Passwort enthalten (vor einem @)."
    ),
    "Must not contain {character}.": "Darf {character} nicht enthalten.",
    "Not a valid email address: it must be at most {most} characters long.": (
        "Das ist keine gültige E-Mail-Adresse: Sie darf höchstens {most} Zeichen lang sein."
    ),
    "Not a valid email address: it has no @.": (
        "Das ist keine gültige E-Mail-Adresse: Sie hat kein @."
    ),
    "Not a valid email address: there is nothing before the @.": (
        "Das ist keine gültige E-Mail-Adresse: Vor dem @ steht nichts."
    ),
    (
        "Not a valid email address: before the @ only letters from a to z can be used, "
        "not {character}."
    ): (
        "Das ist keine gültige E-Mail-Adresse: "
        "Vor dem @ sind nur Buchstaben von a bis z möglich, nicht {character}."
    ),
    "Not a valid email address: there must be no {character} before the @.": (
        "Das ist keine gültige E-Mail-Adresse: Vor dem @ darf kein {character} stehen."
    ),
    "Not a valid email address: there must be no =? before the @.": (
        "Das ist keine gültige E-Mail-Adresse: Vor dem @ darf kein =? stehen."
    ),
    (
        "Not a valid email address: dots before the @ must stand one by one, "
        "between other characters."
    ): (
        "Das ist keine gültige E-Mail-Adresse: "
        "Punkte vor dem @ müssen einzeln zwischen anderen Zeichen stehen."
    ),
    "Not a valid email address: there must be at most {most} characters before the @.": (
        "Das ist keine gültige E-Mail-Adresse: Vor dem @ dürfen höchstens {most} Zeichen stehen."
    ),
    "Not a valid email address: there is nothing after the @.": (
        "Das ist keine gültige E-Mail-Adresse: Nach dem @ steht nichts."
    ),
    "Not a valid email address: there must be no {character} after the @.": (
        "Das ist keine gültige E-Mail-Adresse: Nach dem @ darf kein {character} stehen."
    ),
    "Not a valid email address: what is after the @ must be the name of a domain.": (
        "Das ist keine gültige E-Mail-Adresse: Nach dem @ muss der Name einer Domain stehen."
    ),
    "Not a valid email address: what is after the @ must be a whole domain, such as example.org.": (
        "Das ist keine gültige E-Mail-Adresse: "
        "Nach dem @ muss eine ganze Domain stehen, zum Beispiel example.org."
    ),
    "Must be an ISO 639 code, such as 'en'.": "Muss ein Code nach ISO 639 sein, zum Beispiel „de“.",
    "Must be an ISO 3166-1 code, such as 'DE'.": (
        "Muss ein Code nach ISO 3166-1 sein, zum Beispiel „DE“."
    ),
    "Must be an ISO 3166-1 alpha-2 code, such as 'DE'.": (
        "Muss ein Code nach ISO 3166-1 sein, zum Beispiel „DE“."
    ),
    "Must be an ISO 4217 code, such as 'EUR'.": (
        "Muss ein Code nach ISO 4217 sein, zum Beispiel „EUR“."
    ),
    "Must be {version}, the version in force.": "Muss {version} sein, die geltende Fassung.",
    "Must be a decimal, such as '95.00'.": "Muss eine Dezimalzahl sein, zum Beispiel „95.00“.",
    "Must be a time such as '09:30'.": "Muss eine Uhrzeit sein, zum Beispiel „09:30“.",
    "There is no such topic. Please see /api/v1/vocabulary.": (
        "Dieses Thema gibt es nicht. Bitte sehen Sie unter /api/v1/vocabulary nach."
    ),
    "There is no such approach. Please see /api/v1/vocabulary.": (
        "Dieses Verfahren gibt es nicht. Bitte sehen Sie unter /api/v1/vocabulary nach."
    ),
    "There is no such key. Please see /api/v1/vocabulary.": (
        "Das gibt es nicht. Bitte sehen Sie unter /api/v1/vocabulary nach."
    ),
    "No language has this ISO 639 code.": "Keine Sprache hat diesen Code nach ISO 639.",
    "Is needed before your profile can be listed.": (
        "Wird gebraucht, bevor Ihr Profil gelistet werden kann."
    ),
    "Please say whether sessions are online, in person, or both.": (
        "Bitte geben Sie an, ob Gespräche online, vor Ort oder auf beide Arten stattfinden."
    ),
    "You need a verified licence that is still valid.": (
        "Sie brauchen eine bestätigte Zulassung, die noch gilt."
    ),
    "It is not a PDF, JPEG or PNG file.": "Das ist keine Datei im Format PDF, JPEG oder PNG.",
    "It is not a JPEG, PNG or WebP picture. Please send one of these.": (
        "Das ist kein Bild im Format JPEG, PNG oder WebP. Bitte senden Sie ein solches."
    ),
    "Must not be sent.": "Darf nicht mitgeschickt werden.",
    "Must be after starts ({starts}).": "Muss nach dem Beginn liegen ({starts}).",
    "Not a time, such as {moment}.": "Muss ein Zeitpunkt sein, zum Beispiel {moment}.",
    "Needs an offset, such as {moment}.": ("Braucht den Abstand von UTC, zum Beispiel {moment}."),
    "Has a blank before its offset: in a query, write + as %2B.": (
        "Hat ein Leerzeichen vor dem Abstand von UTC: Schreiben Sie + in einer Adresse als %2B."
    ),
    "Not an IANA time zone, such as Europe/Berlin.": (
        "Muss eine Zeitzone der IANA sein, zum Beispiel Europe/Berlin."
    ),
    "Not an IANA time zone: {name} is Windows' name for {zone}.": (
        "Muss eine Zeitzone der IANA sein: {name} heißt dort {zone}."
    ),
    "Must be an address that begins with https://.": (
        "Muss eine Adresse sein, die mit https:// beginnt."
    ),
    "Must be after from, by {days} days at most.": (
        "Muss nach from liegen, höchstens um {days} Tage."
    ),
    "This is not a cursor of this list.": "Das ist keine Marke dieser Liste.",
    "Must be after from ({starts}).": "Muss nach from liegen ({starts}).",
    "Must be an amount, such as 95 or 95.50.": (
        "Muss ein Betrag sein, zum Beispiel 95 oder 95,50."
    ),
    "Must be later than now ({now}).": "Muss nach jetzt liegen ({now}).",
    "No country has this ISO 3166-1 code.": "Kein Land hat diesen Code nach ISO 3166-1.",
    "No currency has this ISO 4217 code.": "Keine Währung hat diesen Code nach ISO 4217.",
    "Must be 1 to {most} characters long, such as 'Europe/Berlin'.": (
        "Muss 1 bis {most} Zeichen lang sein, zum Beispiel „Europe/Berlin“."
    ),
    ("Must not contain more than {most} accents on one character: {character} is one too many."): (
        "Darf höchstens {most} Akzente auf einem Zeichen enthalten: {character} ist einer zu viel."
    ),
    "Must be after today, {today} in UTC.": "Muss nach dem heutigen Tag liegen ({today} in UTC).",
    "You need an account that may offer consultations.": (
        "Sie brauchen ein Konto, das Gespräche anbieten darf."
    ),
    # words that are looked for, and cursors
    "Must contain a letter or a digit.": "Muss einen Buchstaben oder eine Ziffer enthalten.",
    "There are {given} words, the limit is {most}.": (
        "Das sind {given} Wörter; höchstens {most} sind möglich."
    ),
    "A word has {given} letters, the limit is {most}.": (
        "Ein Wort hat {given} Buchstaben; höchstens {most} sind möglich."
    ),
    (
        "This is not a cursor of this search. Filters, words and sort must stay the same from "
        "page to page."
    ): (
        "Das ist keine Marke dieser Suche. Filter, Wörter und Reihenfolge müssen von Seite zu "
        "Seite gleich bleiben."
    ),
    "This is not a cursor of this feed.": "Das ist keine Marke dieser Folge von Ereignissen.",
    "This is not a cursor of this list, or it is days old.": (
        "Das ist keine Marke dieser Liste, oder sie ist Tage alt."
    ),
    "This visit is not known.": "Dieser Besuch ist nicht bekannt.",
    # hours and places
    "Has {length} minutes; a consultation takes {least}.": (
        "Hat {length} Minuten; ein Gespräch dauert {least}."
    ),
    "Must not be starts ({starts}).": "Darf nicht gleich starts sein ({starts}).",
    "Must be before 24:00.": "Muss vor 24:00 Uhr liegen.",
    "Overlaps stays.{place}.": "Überschneidet sich mit stays.{place}.",
    "Overlaps {first} on {day}.": "Überschneidet sich mit {first} ({day}).",
    "This date is also in overrides.{place}.": "Dieses Datum steht auch in overrides.{place}.",
    "Must not be before first_day, nor over {days} days after it.": (
        "Darf nicht vor first_day liegen und höchstens {days} Tage danach."
    ),
    "Must be given, or in_person_address, where this platform makes no rooms.": (
        "Diese Angabe oder in_person_address wird gebraucht: "
        "Diese Plattform stellt keine Räume bereit."
    ),
    # files
    "The file is larger than {most} MiB.": "Die Datei ist größer als {most} MiB.",
    "Must be one file of {types}.": "Muss genau eine Datei sein: {types}.",
    "The charset must be utf-8.": "Der Zeichensatz muss utf-8 sein.",
    "JSON is accepted in UTF-8 alone.": "JSON wird nur in UTF-8 angenommen.",
    "It is damaged or incomplete. Please send it again, or another picture.": (
        "Die Datei ist beschädigt oder unvollständig. "
        "Bitte senden Sie sie noch einmal oder ein anderes Bild."
    ),
    "It has {given} pixels, the limit is {most}. Please send a smaller one.": (
        "Das Bild hat {given} Pixel; höchstens {most} sind möglich. Bitte senden Sie ein kleineres."
    ),
    "It has {given} pixels on its longer side, the limit is {most}. Please send a smaller one.": (
        "Das Bild hat {given} Pixel auf der längeren Seite; höchstens {most} sind möglich. "
        "Bitte senden Sie ein kleineres."
    ),
    'It has {given} scans, the limit is {most}. Please save it without "progressive".': (
        "Das Bild hat {given} Durchgänge; höchstens {most} sind möglich. "
        "Bitte speichern Sie es ohne „progressiv“."
    ),
    "The body has {given} bytes, the limit is {most}.": (
        "Der Inhalt der Anfrage hat {given} Bytes; höchstens {most} sind möglich."
    ),
    "The body is over {most} bytes.": (
        "Der Inhalt der Anfrage hat mehr als {most} Bytes; mehr sind nicht möglich."
    ),
    (
        "It takes more than {memory} MiB of memory, or more than {time} s of processor time, "
        "to decode. Please save it as a plain JPEG and send that."
    ): (
        "Das Bild braucht zum Entpacken mehr als {memory} MiB Speicher oder mehr als {time} s "
        "Rechenzeit. Bitte speichern Sie es als einfaches JPEG und senden Sie dieses."
    ),
    # addresses of external calendars
    "It does not begin with {schemes}.": "Beginnt nicht mit {schemes}.",
    "It contains a user name or a password.": "Enthält einen Benutzernamen oder ein Passwort.",
    "It is longer than {most} characters.": "Ist länger als {most} Zeichen.",
    "It is not an address of the web.": "Ist keine Adresse im Web.",
    "It names no host.": "Nennt keinen Rechner.",
    "It names the host {host}, which ends with a dot.": (
        "Nennt den Rechner {host}, der mit einem Punkt endet."
    ),
    "It names the host {host}, which only this machine knows.": (
        "Nennt den Rechner {host}, den nur diese Maschine kennt."
    ),
    "It names the host {host}, which is not a name of the internet.": (
        "Nennt den Rechner {host}; das ist kein Name im Internet."
    ),
    "It names the host {host}: an IPv4 address has four decimal numbers up to 255.": (
        "Nennt den Rechner {host}: Eine IPv4-Adresse hat vier Dezimalzahlen bis 255."
    ),
    "It names the port {port}; allowed are {ports}.": (
        "Nennt den Port {port}; möglich sind {ports}."
    ),
}
