"""English."""

from twofactor.sms.language import Language, Notice, one_or_other
from twofactor.words import Purpose

_LOGIN_ONE = (
    "{code} is your {brand} security code to log in. Valid 1 minute. Do not share it.",
    "{code} is your {brand} code to log in. Valid 1 minute. Do not share it.",
    "{code} is your security code to log in. Valid 1 minute. Do not share it.",
)
_LOGIN_OTHER = (
    "{code} is your {brand} security code to log in. Valid {minutes} minutes. Do not share it.",
    "{code} is your {brand} code to log in. Valid {minutes} minutes. Do not share it.",
    "{code} is your security code to log in. Valid {minutes} minutes. Do not share it.",
)
_ENROL_ONE = (
    "{code} is your {brand} security code to confirm this phone. Valid 1 minute. Do not share it.",
    "{code} is your {brand} code to confirm this phone. Valid 1 minute. Do not share it.",
    "{code} is your security code to confirm this phone. Valid 1 minute. Do not share it.",
)
_ENROL_OTHER = (
    "{code} is your {brand} security code to confirm this phone. Valid {minutes} minutes. "
    "Do not share it.",
    "{code} is your {brand} code to confirm this phone. Valid {minutes} minutes. Do not share it.",
    "{code} is your security code to confirm this phone. Valid {minutes} minutes. Do not share it.",
)
_YOU_ONE = (
    "{code} is your {brand} security code to confirm it's you. Valid 1 minute. Do not share it.",
    "{code} is your {brand} code to confirm it's you. Valid 1 minute. Do not share it.",
    "{code} is your security code to confirm it's you. Valid 1 minute. Do not share it.",
)
_YOU_OTHER = (
    "{code} is your {brand} security code to confirm it's you. Valid {minutes} minutes. "
    "Do not share it.",
    "{code} is your {brand} code to confirm it's you. Valid {minutes} minutes. Do not share it.",
    "{code} is your security code to confirm it's you. Valid {minutes} minutes. Do not share it.",
)

ENGLISH = Language(
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
    bare_code="{code} is your security code.",
    warning="Do not share it.",
    notice={
        Notice.PHONE_ADDED: (
            "{brand}: a phone was added to your account. Not you? {url}",
            "A phone was added to your account. Not you? {url}",
            "{brand}: a phone was added to your account. If it was not you, log in and report it.",
            "A phone was added to your account. If it was not you, log in and report it.",
        ),
        Notice.PHONE_CHANGED: (
            "{brand}: the phone of your account was changed. Not you? {url}",
            "The phone of your account was changed. Not you? {url}",
            "{brand}: the phone of your account was changed. "
            "If it was not you, log in and report it.",
            "The phone of your account was changed. If it was not you, log in and report it.",
        ),
        Notice.PHONE_REMOVED: (
            "{brand}: a phone was removed from your account. Not you? {url}",
            "A phone was removed from your account. Not you? {url}",
            "{brand}: a phone was removed from your account. "
            "If it was not you, log in and report it.",
            "A phone was removed from your account. If it was not you, log in and report it.",
        ),
        Notice.APP_CHANGED: (
            "{brand}: the app codes of your account were changed. Not you? {url}",
            "The app codes of your account were changed. Not you? {url}",
            "{brand}: the app codes of your account were changed. "
            "If it was not you, log in and report it.",
            "The app codes of your account were changed. If it was not you, log in and report it.",
        ),
        Notice.PASSKEY_CHANGED: (
            "{brand}: the passkeys of your account were changed. Not you? {url}",
            "The passkeys of your account were changed. Not you? {url}",
            "{brand}: the passkeys of your account were changed. "
            "If it was not you, log in and report it.",
            "The passkeys of your account were changed. If it was not you, log in and report it.",
        ),
        Notice.RECOVERY_CODES_CHANGED: (
            "{brand}: your recovery codes were replaced. Not you? {url}",
            "Your recovery codes were replaced. Not you? {url}",
            "{brand}: your recovery codes were replaced. If it was not you, log in and report it.",
            "Your recovery codes were replaced. If it was not you, log in and report it.",
        ),
        Notice.RECOVERY_CODE_USED: (
            "{brand}: a recovery code was used to log in. Not you? {url}",
            "A recovery code was used to log in. Not you? {url}",
            "{brand}: a recovery code was used to log in. If it was not you, log in and report it.",
            "A recovery code was used to log in. If it was not you, log in and report it.",
        ),
        Notice.RECOVERY_LINK_USED: (
            "{brand}: a link from support was used to log in. Not you? {url}",
            "A link from support was used to log in. Not you? {url}",
            "{brand}: a link from support was used to log in. If it was not you, log in and "
            "report it.",
            "A link from support was used to log in. If it was not you, log in and report it.",
        ),
        Notice.PASSWORD_CHANGED: (
            "{brand}: your password was changed. Not you? {url}",
            "Your password was changed. Not you? {url}",
            "{brand}: your password was changed. If it was not you, log in and report it.",
            "Your password was changed. If it was not you, log in and report it.",
        ),
        Notice.LOCKED: (
            "{brand}: too many wrong codes, so codes are paused for your account. Not you? {url}",
            "Too many wrong codes, so codes are paused for your account. Not you? {url}",
            "{brand}: too many wrong codes, so codes are paused for your account. "
            "If it was not you, log in and report it.",
            "Too many wrong codes, so codes are paused for your account. "
            "If it was not you, log in and report it.",
        ),
        Notice.PHONE_WITHDRAWN: (
            "{brand}: this phone no longer counts for your account. Not you? {url}",
            "This phone no longer counts for your account. Not you? {url}",
            "{brand}: this phone no longer counts for your account. "
            "If it was not you, log in and report it.",
            "This phone no longer counts for your account. "
            "If it was not you, log in and report it.",
        ),
        Notice.EMAIL_CHANGED: (
            "{brand}: the e-mail address of your account was changed. Not you? {url}",
            "The e-mail address of your account was changed. Not you? {url}",
            "{brand}: the e-mail address of your account was changed. "
            "If it was not you, log in and report it.",
            "The e-mail address of your account was changed. "
            "If it was not you, log in and report it.",
        ),
        Notice.WRONG_CODES: (
            "{brand}: somebody typed your password and then wrong codes. Not you? {url}",
            "Somebody typed your password and then wrong codes. Not you? {url}",
            "{brand}: somebody typed your password and then wrong codes. "
            "If it was not you, log in and report it.",
            "Somebody typed your password and then wrong codes. "
            "If it was not you, log in and report it.",
        ),
    },
    not_me=("{url} or answer NOTME", "Answer NOTME"),
    invitation=(
        "{brand} asks you to set up login with a code by text. Start here: {url}",
        "Please set up login with a code by text. Start here: {url}",
        "Set up your login: {url}",
        "{url}",
    ),
    trial=(
        "A test text of {brand}. You need not do anything.",
        "A test text. You need not do anything.",
    ),
)
