"""French: no circumflex and no small c with cedilla, which GSM-7 does not have."""

from twofactor.sms.language import Language, Notice
from twofactor.words import Purpose


def _plural(number: int) -> str:
    """CLDR: 0 and 1 alike."""
    return "one" if number < 2 else "other"


_LOGIN_ONE = (
    "{code} est votre code {brand} pour vous connecter. Valable 1 minute. Ne le donnez à personne.",
    "{code} est votre code pour vous connecter. Valable 1 minute. Ne le donnez à personne.",
)
_LOGIN_OTHER = (
    "{code} est votre code {brand} pour vous connecter. Valable {minutes} minutes. "
    "Ne le donnez à personne.",
    "{code} est votre code pour vous connecter. Valable {minutes} minutes. Ne le "
    "donnez à personne.",
)
_ENROL_ONE = (
    "{code} est votre code {brand} pour confirmer ce téléphone. Valable 1 minute. Ne "
    "le donnez à personne.",
    "{code} est votre code pour confirmer ce téléphone. Valable 1 minute. Ne le donnez à personne.",
)
_ENROL_OTHER = (
    "{code} est votre code {brand} pour confirmer ce téléphone. Valable {minutes} "
    "minutes. Ne le donnez à personne.",
    "{code} est votre code pour confirmer ce téléphone. Valable {minutes} minutes. "
    "Ne le donnez à personne.",
)
_YOU_ONE = (
    "{code} est votre code {brand} pour confirmer que c'est bien vous. Valable 1 "
    "minute. Ne le donnez à personne.",
    "{code} est votre code pour confirmer que c'est bien vous. Valable 1 minute. Ne "
    "le donnez à personne.",
)
_YOU_OTHER = (
    "{code} est votre code {brand} pour confirmer que c'est bien vous. Valable "
    "{minutes} minutes. Ne le donnez à personne.",
    "{code} est votre code pour confirmer que c'est bien vous. Valable {minutes} "
    "minutes. Ne le donnez à personne.",
)

FRENCH = Language(
    plural=_plural,
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
    bare_code="{code} est votre code.",
    warning="Ne le donnez à personne.",
    notice={
        Notice.PHONE_ADDED: (
            "{brand} : un téléphone a été ajouté à votre compte. Pas vous ? {url}",
            "Un téléphone a été ajouté à votre compte. Pas vous ? {url}",
            "{brand} : un téléphone a été ajouté à votre compte. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
            "Un téléphone a été ajouté à votre compte. Si ce n'était pas vous, connectez-"
            "vous et signalez-le.",
        ),
        Notice.PHONE_CHANGED: (
            "{brand} : le téléphone de votre compte a été changé. Pas vous ? {url}",
            "Le téléphone de votre compte a été changé. Pas vous ? {url}",
            "{brand} : le téléphone de votre compte a été changé. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
            "Le téléphone de votre compte a été changé. Si ce n'était pas vous, connectez-"
            "vous et signalez-le.",
        ),
        Notice.PHONE_REMOVED: (
            "{brand} : un téléphone a été retiré de votre compte. Pas vous ? {url}",
            "Un téléphone a été retiré de votre compte. Pas vous ? {url}",
            "{brand} : un téléphone a été retiré de votre compte. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
            "Un téléphone a été retiré de votre compte. Si ce n'était pas vous, connectez-"
            "vous et signalez-le.",
        ),
        Notice.APP_CHANGED: (
            "{brand} : les codes d'application de votre compte ont été changés. Pas vous ? {url}",
            "Les codes d'application de votre compte ont été changés. Pas vous ? {url}",
            "{brand} : les codes d'application de votre compte ont été changés. Si ce "
            "n'était pas vous, connectez-vous et signalez-le.",
            "Les codes d'application de votre compte ont été changés. Si ce n'était pas "
            "vous, connectez-vous et signalez-le.",
        ),
        Notice.PASSKEY_CHANGED: (
            "{brand} : les clés d'accès de votre compte ont été changées. Pas vous ? {url}",
            "Les clés d'accès de votre compte ont été changées. Pas vous ? {url}",
            "{brand} : les clés d'accès de votre compte ont été changées. Si ce n'était pas"
            " vous, connectez-vous et signalez-le.",
            "Les clés d'accès de votre compte ont été changées. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
        ),
        Notice.RECOVERY_CODES_CHANGED: (
            "{brand} : vos codes de secours ont été remplacés. Pas vous ? {url}",
            "Vos codes de secours ont été remplacés. Pas vous ? {url}",
            "{brand} : vos codes de secours ont été remplacés. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
            "Vos codes de secours ont été remplacés. Si ce n'était pas vous, connectez-vous"
            " et signalez-le.",
        ),
        Notice.RECOVERY_CODE_USED: (
            "{brand} : un code de secours a servi à une connexion. Pas vous ? {url}",
            "Un code de secours a servi à une connexion. Pas vous ? {url}",
            "{brand} : un code de secours a servi à une connexion. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
            "Un code de secours a servi à une connexion. Si ce n'était pas vous, connectez-"
            "vous et signalez-le.",
        ),
        Notice.RECOVERY_LINK_USED: (
            "{brand} : un lien de l'assistance a servi à une connexion. Pas vous ? {url}",
            "Un lien de l'assistance a servi à une connexion. Pas vous ? {url}",
            "{brand} : un lien de l'assistance a servi à une connexion. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
            "Un lien de l'assistance a servi à une connexion. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
        ),
        Notice.PASSWORD_CHANGED: (
            "{brand} : votre mot de passe a été changé. Pas vous ? {url}",
            "Votre mot de passe a été changé. Pas vous ? {url}",
            "{brand} : votre mot de passe a été changé. Si ce n'était pas vous, connectez-"
            "vous et signalez-le.",
            "Votre mot de passe a été changé. Si ce n'était pas vous, connectez-vous et "
            "signalez-le.",
        ),
        Notice.LOCKED: (
            "{brand} : trop de codes faux, les codes de votre compte sont suspendus. Pas "
            "vous ? {url}",
            "Trop de codes faux, les codes de votre compte sont suspendus. Pas vous ? {url}",
            "{brand} : trop de codes faux, les codes de votre compte sont suspendus. Si ce "
            "n'était pas vous, connectez-vous et signalez-le.",
            "Trop de codes faux, les codes de votre compte sont suspendus. Si ce n'était "
            "pas vous, connectez-vous et signalez-le.",
        ),
        Notice.PHONE_WITHDRAWN: (
            "{brand} : ce téléphone ne compte plus pour votre compte. Pas vous ? {url}",
            "Ce téléphone ne compte plus pour votre compte. Pas vous ? {url}",
            "{brand} : ce téléphone ne compte plus pour votre compte. Si ce n'était pas "
            "vous, connectez-vous et signalez-le.",
            "Ce téléphone ne compte plus pour votre compte. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
        ),
        Notice.EMAIL_CHANGED: (
            "{brand} : l'adresse e-mail de votre compte a été changée. Pas vous ? {url}",
            "L'adresse e-mail de votre compte a été changée. Pas vous ? {url}",
            "{brand} : l'adresse e-mail de votre compte a été changée. Si ce n'était pas "
            "vous, connectez-vous et signalez-le.",
            "L'adresse e-mail de votre compte a été changée. Si ce n'était pas vous, "
            "connectez-vous et signalez-le.",
        ),
        Notice.WRONG_CODES: (
            "{brand} : quelqu'un a saisi votre mot de passe, puis des codes faux. Pas vous ? {url}",
            "Quelqu'un a saisi votre mot de passe, puis des codes faux. Pas vous ? {url}",
            "{brand} : quelqu'un a saisi votre mot de passe, puis des codes faux. Si ce "
            "n'était pas vous, connectez-vous et signalez-le.",
            "Quelqu'un a saisi votre mot de passe, puis des codes faux. Si ce n'était pas "
            "vous, connectez-vous et signalez-le.",
        ),
    },
    not_me=("{url} ou répondez PASMOI", "Répondez PASMOI"),
    invitation=(
        "{brand} vous invite à activer la connexion avec un code par SMS. Commencez ici : {url}",
        "Activez la connexion avec un code par SMS : {url}",
        "{url}",
    ),
    trial=(
        "Un SMS d'essai de {brand}. Vous n'avez rien à faire.",
        "Un SMS d'essai. Vous n'avez rien à faire.",
    ),
)
