"""Spanish: words without acute accents but é, since GSM-7 has no others."""

from twofactor.sms.language import Language, Notice, one_or_other
from twofactor.words import Purpose

_LOGIN_ONE = (
    "{code} es tu clave de {brand} para entrar. Vale 1 minuto. No la compartas.",
    "{code} es tu clave para entrar. Vale 1 minuto. No la compartas.",
)
_LOGIN_OTHER = (
    "{code} es tu clave de {brand} para entrar. Vale {minutes} minutos. No la compartas.",
    "{code} es tu clave para entrar. Vale {minutes} minutos. No la compartas.",
)
_ENROL_ONE = (
    "{code} es tu clave de {brand} para confirmar este celular. Vale 1 minuto. No la compartas.",
    "{code} es tu clave para confirmar este celular. Vale 1 minuto. No la compartas.",
)
_ENROL_OTHER = (
    "{code} es tu clave de {brand} para confirmar este celular. Vale {minutes} "
    "minutos. No la compartas.",
    "{code} es tu clave para confirmar este celular. Vale {minutes} minutos. No la compartas.",
)
_YOU_ONE = (
    "{code} es tu clave de {brand} para confirmar tu identidad. Vale 1 minuto. No la compartas.",
    "{code} es tu clave para confirmar tu identidad. Vale 1 minuto. No la compartas.",
)
_YOU_OTHER = (
    "{code} es tu clave de {brand} para confirmar tu identidad. Vale {minutes} "
    "minutos. No la compartas.",
    "{code} es tu clave para confirmar tu identidad. Vale {minutes} minutos. No la compartas.",
)

SPANISH = Language(
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
    bare_code="{code} es tu clave.",
    warning="No la compartas.",
    notice={
        Notice.PHONE_ADDED: (
            "{brand}: hay un celular nuevo en tu cuenta. ¿No lo hiciste? {url}",
            "Hay un celular nuevo en tu cuenta. ¿No lo hiciste? {url}",
            "{brand}: hay un celular nuevo en tu cuenta. Si no lo hiciste, entra y avisa.",
            "Hay un celular nuevo en tu cuenta. Si no lo hiciste, entra y avisa.",
        ),
        Notice.PHONE_CHANGED: (
            "{brand}: el celular de tu cuenta ha cambiado. ¿No lo hiciste? {url}",
            "El celular de tu cuenta ha cambiado. ¿No lo hiciste? {url}",
            "{brand}: el celular de tu cuenta ha cambiado. Si no lo hiciste, entra y avisa.",
            "El celular de tu cuenta ha cambiado. Si no lo hiciste, entra y avisa.",
        ),
        Notice.PHONE_REMOVED: (
            "{brand}: un celular ya no pertenece a tu cuenta. ¿No lo hiciste? {url}",
            "Un celular ya no pertenece a tu cuenta. ¿No lo hiciste? {url}",
            "{brand}: un celular ya no pertenece a tu cuenta. Si no lo hiciste, entra y avisa.",
            "Un celular ya no pertenece a tu cuenta. Si no lo hiciste, entra y avisa.",
        ),
        Notice.APP_CHANGED: (
            "{brand}: las claves por app de tu cuenta han cambiado. ¿No lo hiciste? {url}",
            "Las claves por app de tu cuenta han cambiado. ¿No lo hiciste? {url}",
            "{brand}: las claves por app de tu cuenta han cambiado. Si no lo hiciste, entra"
            " y avisa.",
            "Las claves por app de tu cuenta han cambiado. Si no lo hiciste, entra y avisa.",
        ),
        Notice.PASSKEY_CHANGED: (
            "{brand}: las llaves de acceso de tu cuenta han cambiado. ¿No lo hiciste? {url}",
            "Las llaves de acceso de tu cuenta han cambiado. ¿No lo hiciste? {url}",
            "{brand}: las llaves de acceso de tu cuenta han cambiado. Si no lo hiciste, "
            "entra y avisa.",
            "Las llaves de acceso de tu cuenta han cambiado. Si no lo hiciste, entra y avisa.",
        ),
        Notice.RECOVERY_CODES_CHANGED: (
            "{brand}: tus claves de respaldo han cambiado. ¿No lo hiciste? {url}",
            "Tus claves de respaldo han cambiado. ¿No lo hiciste? {url}",
            "{brand}: tus claves de respaldo han cambiado. Si no lo hiciste, entra y avisa.",
            "Tus claves de respaldo han cambiado. Si no lo hiciste, entra y avisa.",
        ),
        Notice.RECOVERY_CODE_USED: (
            "{brand}: alguien ha entrado con una clave de respaldo. ¿No lo hiciste? {url}",
            "Alguien ha entrado con una clave de respaldo. ¿No lo hiciste? {url}",
            "{brand}: alguien ha entrado con una clave de respaldo de tu cuenta. Si no lo "
            "hiciste, entra y avisa.",
            "Alguien ha entrado con una clave de respaldo de tu cuenta. Si no lo hiciste, "
            "entra y avisa.",
        ),
        Notice.RECOVERY_LINK_USED: (
            "{brand}: alguien ha entrado con un enlace de soporte. ¿No lo hiciste? {url}",
            "Alguien ha entrado con un enlace de soporte. ¿No lo hiciste? {url}",
            "{brand}: alguien ha entrado con un enlace de soporte. Si no lo hiciste, entra y "
            "avisa.",
            "Alguien ha entrado con un enlace de soporte. Si no lo hiciste, entra y avisa.",
        ),
        Notice.PASSWORD_CHANGED: (
            "{brand}: tu contraseña ha cambiado. ¿No lo hiciste? {url}",
            "Tu contraseña ha cambiado. ¿No lo hiciste? {url}",
            "{brand}: tu contraseña ha cambiado. Si no lo hiciste, entra y avisa.",
            "Tu contraseña ha cambiado. Si no lo hiciste, entra y avisa.",
        ),
        Notice.LOCKED: (
            "{brand}: demasiadas claves incorrectas: tu cuenta hace una pausa. ¿No lo "
            "hiciste? {url}",
            "Demasiadas claves incorrectas: tu cuenta hace una pausa. ¿No lo hiciste? {url}",
            "{brand}: demasiadas claves incorrectas: tu cuenta hace una pausa. Si no lo "
            "hiciste, entra y avisa.",
            "Demasiadas claves incorrectas: tu cuenta hace una pausa. Si no lo hiciste, "
            "entra y avisa.",
        ),
        Notice.PHONE_WITHDRAWN: (
            "{brand}: este celular ya no vale para tu cuenta. ¿No lo hiciste? {url}",
            "Este celular ya no vale para tu cuenta. ¿No lo hiciste? {url}",
            "{brand}: este celular ya no vale para tu cuenta. Si no lo hiciste, entra y avisa.",
            "Este celular ya no vale para tu cuenta. Si no lo hiciste, entra y avisa.",
        ),
        Notice.EMAIL_CHANGED: (
            "{brand}: el correo de tu cuenta ha cambiado. ¿No lo hiciste? {url}",
            "El correo de tu cuenta ha cambiado. ¿No lo hiciste? {url}",
            "{brand}: el correo de tu cuenta ha cambiado. Si no lo hiciste, entra y avisa.",
            "El correo de tu cuenta ha cambiado. Si no lo hiciste, entra y avisa.",
        ),
        Notice.WRONG_CODES: (
            "{brand}: alguien puso tu contraseña y luego claves incorrectas. ¿No lo hiciste? {url}",
            "Alguien puso tu contraseña y luego claves incorrectas. ¿No lo hiciste? {url}",
            "{brand}: alguien puso tu contraseña y luego claves incorrectas. Si no lo "
            "hiciste, entra y avisa.",
            "Alguien puso tu contraseña y luego claves incorrectas. Si no lo hiciste, entra"
            " y avisa.",
        ),
    },
    not_me=("{url} o responde NOFUIYO", "Responde NOFUIYO"),
    invitation=(
        "{brand} te invita a entrar con una clave por SMS. Empieza en: {url}",
        "Entra con una clave por SMS. Empieza en: {url}",
        "{url}",
    ),
    trial=(
        "Un SMS de prueba de {brand}. No tienes que hacer nada.",
        "Un SMS de prueba. No tienes que hacer nada.",
    ),
)
