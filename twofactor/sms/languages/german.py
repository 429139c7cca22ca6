"""German."""

from twofactor.sms.language import Language, Notice, one_or_other
from twofactor.words import Purpose

_LOGIN_ONE = (
    "{code} ist Ihr {brand}-Code zum Anmelden. 1 Minute gültig. Geben Sie ihn niemandem.",
    "{code} ist Ihr Code zum Anmelden. 1 Minute gültig. Geben Sie ihn niemandem.",
)
_LOGIN_OTHER = (
    "{code} ist Ihr {brand}-Code zum Anmelden. {minutes} Minuten gültig. Geben Sie ihn niemandem.",
    "{code} ist Ihr Code zum Anmelden. {minutes} Minuten gültig. Geben Sie ihn niemandem.",
)
_ENROL_ONE = (
    "{code} ist Ihr {brand}-Code, um dieses Telefon zu bestätigen. 1 Minute gültig. "
    "Geben Sie ihn niemandem.",
    "{code} ist Ihr Code, um dieses Telefon zu bestätigen. 1 Minute gültig. Geben "
    "Sie ihn niemandem.",
)
_ENROL_OTHER = (
    "{code} ist Ihr {brand}-Code, um dieses Telefon zu bestätigen. {minutes} Minuten "
    "gültig. Geben Sie ihn niemandem.",
    "{code} ist Ihr Code, um dieses Telefon zu bestätigen. {minutes} Minuten gültig. "
    "Geben Sie ihn niemandem.",
)
_YOU_ONE = (
    "{code} ist Ihr {brand}-Code, um zu bestätigen, dass Sie es sind. 1 Minute "
    "gültig. Geben Sie ihn niemandem.",
    "{code} ist Ihr Code, um zu bestätigen, dass Sie es sind. 1 Minute gültig. Geben "
    "Sie ihn niemandem.",
)
_YOU_OTHER = (
    "{code} ist Ihr {brand}-Code, um zu bestätigen, dass Sie es sind. {minutes} "
    "Minuten gültig. Geben Sie ihn niemandem.",
    "{code} ist Ihr Code, um zu bestätigen, dass Sie es sind. {minutes} Minuten "
    "gültig. Geben Sie ihn niemandem.",
)

GERMAN = Language(
    plural=one_or_other,
    code={
        (Purpose.LOGIN, "one"): _LOGIN_ONE,
        (Purpose.LOGIN, "other"): _LOGIN_OTHER,
        (Purpose.ENROL, "one"): _ENROL_ONE,
        (Purpose.ENROL, "other"): _ENROL_OTHER,
        (Purpose.STEP_UP, "one"): _YOU_ONE,
        (Purpose.STEP_UP, "other"): _YOU_OTHER,
        (Purpose.API, "one"): _YOU_ONE,
        (Purpose.API, "other"): _YOU_OTHER,
    },
    bare_code="{code} ist Ihr Code.",
    warning="Geben Sie ihn niemandem.",
    notice={
        Notice.PHONE_ADDED: (
            "{brand}: Ihrem Konto wurde ein Telefon hinzugefügt. Nicht Sie? {url}",
            "Ihrem Konto wurde ein Telefon hinzugefügt. Nicht Sie? {url}",
            "{brand}: Ihrem Konto wurde ein Telefon hinzugefügt. Wenn Sie das nicht waren, "
            "melden Sie sich an und sagen Sie es uns.",
            "Ihrem Konto wurde ein Telefon hinzugefügt. Wenn Sie das nicht waren, melden "
            "Sie sich an und sagen Sie es uns.",
        ),
        Notice.PHONE_CHANGED: (
            "{brand}: Das Telefon Ihres Kontos wurde geändert. Nicht Sie? {url}",
            "Das Telefon Ihres Kontos wurde geändert. Nicht Sie? {url}",
            "{brand}: Das Telefon Ihres Kontos wurde geändert. Wenn Sie das nicht waren, "
            "melden Sie sich an und sagen Sie es uns.",
            "Das Telefon Ihres Kontos wurde geändert. Wenn Sie das nicht waren, melden Sie "
            "sich an und sagen Sie es uns.",
        ),
        Notice.PHONE_REMOVED: (
            "{brand}: Ein Telefon wurde aus Ihrem Konto entfernt. Nicht Sie? {url}",
            "Ein Telefon wurde aus Ihrem Konto entfernt. Nicht Sie? {url}",
            "{brand}: Ein Telefon wurde aus Ihrem Konto entfernt. Wenn Sie das nicht waren,"
            " melden Sie sich an und sagen Sie es uns.",
            "Ein Telefon wurde aus Ihrem Konto entfernt. Wenn Sie das nicht waren, melden "
            "Sie sich an und sagen Sie es uns.",
        ),
        Notice.APP_CHANGED: (
            "{brand}: Die App-Codes Ihres Kontos wurden geändert. Nicht Sie? {url}",
            "Die App-Codes Ihres Kontos wurden geändert. Nicht Sie? {url}",
            "{brand}: Die App-Codes Ihres Kontos wurden geändert. Wenn Sie das nicht waren,"
            " melden Sie sich an und sagen Sie es uns.",
            "Die App-Codes Ihres Kontos wurden geändert. Wenn Sie das nicht waren, melden "
            "Sie sich an und sagen Sie es uns.",
        ),
        Notice.PASSKEY_CHANGED: (
            "{brand}: Die Passkeys Ihres Kontos wurden geändert. Nicht Sie? {url}",
            "Die Passkeys Ihres Kontos wurden geändert. Nicht Sie? {url}",
            "{brand}: Die Passkeys Ihres Kontos wurden geändert. Wenn Sie das nicht waren, "
            "melden Sie sich an und sagen Sie es uns.",
            "Die Passkeys Ihres Kontos wurden geändert. Wenn Sie das nicht waren, melden "
            "Sie sich an und sagen Sie es uns.",
        ),
        Notice.RECOVERY_CODES_CHANGED: (
            "{brand}: Ihre Notfallcodes wurden ersetzt. Nicht Sie? {url}",
            "Ihre Notfallcodes wurden ersetzt. Nicht Sie? {url}",
            "{brand}: Ihre Notfallcodes wurden ersetzt. Wenn Sie das nicht waren, melden "
            "Sie sich an und sagen Sie es uns.",
            "Ihre Notfallcodes wurden ersetzt. Wenn Sie das nicht waren, melden Sie sich an"
            " und sagen Sie es uns.",
        ),
        Notice.RECOVERY_CODE_USED: (
            "{brand}: Ein Notfallcode wurde zum Anmelden benutzt. Nicht Sie? {url}",
            "Ein Notfallcode wurde zum Anmelden benutzt. Nicht Sie? {url}",
            "{brand}: Ein Notfallcode wurde zum Anmelden benutzt. Wenn Sie das nicht waren,"
            " melden Sie sich an und sagen Sie es uns.",
            "Ein Notfallcode wurde zum Anmelden benutzt. Wenn Sie das nicht waren, melden "
            "Sie sich an und sagen Sie es uns.",
        ),
        Notice.RECOVERY_LINK_USED: (
            "{brand}: Ein Link vom Support wurde zum Anmelden benutzt. Nicht Sie? {url}",
            "Ein Link vom Support wurde zum Anmelden benutzt. Nicht Sie? {url}",
            "{brand}: Ein Link vom Support wurde zum Anmelden benutzt. Wenn Sie das nicht waren, "
            "melden Sie sich an und sagen Sie es uns.",
            "Ein Link vom Support wurde zum Anmelden benutzt. Wenn Sie das nicht waren, melden "
            "Sie sich an und sagen Sie es uns.",
        ),
        Notice.PASSWORD_CHANGED: (
            "{brand}: Ihr Passwort wurde geändert. Nicht Sie? {url}",
            "Ihr Passwort wurde geändert. Nicht Sie? {url}",
            "{brand}: Ihr Passwort wurde geändert. Wenn Sie das nicht waren, melden Sie "
            "sich an und sagen Sie es uns.",
            "Ihr Passwort wurde geändert. Wenn Sie das nicht waren, melden Sie sich an und "
            "sagen Sie es uns.",
        ),
        Notice.LOCKED: (
            "{brand}: Zu viele falsche Codes, darum ruhen Codes für Ihr Konto. Nicht Sie? {url}",
            "Zu viele falsche Codes, darum ruhen Codes für Ihr Konto. Nicht Sie? {url}",
            "{brand}: Zu viele falsche Codes, darum ruhen Codes für Ihr Konto. Wenn Sie das"
            " nicht waren, melden Sie sich an und sagen Sie es uns.",
            "Zu viele falsche Codes, darum ruhen Codes für Ihr Konto. Wenn Sie das nicht "
            "waren, melden Sie sich an und sagen Sie es uns.",
        ),
        Notice.PHONE_WITHDRAWN: (
            "{brand}: Dieses Telefon zählt nicht mehr für Ihr Konto. Nicht Sie? {url}",
            "Dieses Telefon zählt nicht mehr für Ihr Konto. Nicht Sie? {url}",
            "{brand}: Dieses Telefon zählt nicht mehr für Ihr Konto. Wenn Sie das nicht "
            "waren, melden Sie sich an und sagen Sie es uns.",
            "Dieses Telefon zählt nicht mehr für Ihr Konto. Wenn Sie das nicht waren, "
            "melden Sie sich an und sagen Sie es uns.",
        ),
        Notice.EMAIL_CHANGED: (
            "{brand}: Die E-Mail-Adresse Ihres Kontos wurde geändert. Nicht Sie? {url}",
            "Die E-Mail-Adresse Ihres Kontos wurde geändert. Nicht Sie? {url}",
            "{brand}: Die E-Mail-Adresse Ihres Kontos wurde geändert. Wenn Sie das nicht "
            "waren, melden Sie sich an und sagen Sie es uns.",
            "Die E-Mail-Adresse Ihres Kontos wurde geändert. Wenn Sie das nicht waren, "
            "melden Sie sich an und sagen Sie es uns.",
        ),
        Notice.WRONG_CODES: (
            "{brand}: Jemand gab Ihr Passwort und dann falsche Codes ein. Nicht Sie? {url}",
            "Jemand gab Ihr Passwort und dann falsche Codes ein. Nicht Sie? {url}",
            "{brand}: Jemand gab Ihr Passwort und dann falsche Codes ein. Wenn Sie das "
            "nicht waren, melden Sie sich an und sagen Sie es uns.",
            "Jemand gab Ihr Passwort und dann falsche Codes ein. Wenn Sie das nicht waren, "
            "melden Sie sich an und sagen Sie es uns.",
        ),
    },
    not_me=("{url} oder antworten Sie NICHTICH", "Antworten Sie NICHTICH"),
    invitation=(
        "{brand} bittet Sie, die Anmeldung mit SMS-Code einzurichten. Hier geht es los: {url}",
        "Richten Sie die Anmeldung mit SMS-Code ein: {url}",
        "{url}",
    ),
    trial=(
        "Eine Test-SMS von {brand}. Sie müssen nichts tun.",
        "Eine Test-SMS. Sie müssen nichts tun.",
    ),
)
