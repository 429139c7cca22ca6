"""Portuguese: words without tilde, cedilla and acute accents but é, which GSM-7 lacks."""

from twofactor.sms.language import Language, Notice
from twofactor.words import Purpose


def _plural(number: int) -> str:
    """CLDR: 0 and 1 alike."""
    return "one" if number < 2 else "other"


_LOGIN_ONE = (
    "{code} é a sua senha SMS de {brand} para entrar. Vale 1 minuto. Nunca a compartilhe.",
    "{code} é a sua senha SMS para entrar. Vale 1 minuto. Nunca a compartilhe.",
)
_LOGIN_OTHER = (
    "{code} é a sua senha SMS de {brand} para entrar. Vale {minutes} minutos. Nunca a compartilhe.",
    "{code} é a sua senha SMS para entrar. Vale {minutes} minutos. Nunca a compartilhe.",
)
_ENROL_ONE = (
    "{code} é a sua senha SMS de {brand} para confirmar este telefone. Vale 1 "
    "minuto. Nunca a compartilhe.",
    "{code} é a sua senha SMS para confirmar este telefone. Vale 1 minuto. Nunca a compartilhe.",
)
_ENROL_OTHER = (
    "{code} é a sua senha SMS de {brand} para confirmar este telefone. Vale "
    "{minutes} minutos. Nunca a compartilhe.",
    "{code} é a sua senha SMS para confirmar este telefone. Vale {minutes} minutos. "
    "Nunca a compartilhe.",
)
_YOU_ONE = (
    "{code} é a sua senha SMS de {brand} para confirmar a sua identidade. Vale 1 "
    "minuto. Nunca a compartilhe.",
    "{code} é a sua senha SMS para confirmar a sua identidade. Vale 1 minuto. Nunca a compartilhe.",
)
_YOU_OTHER = (
    "{code} é a sua senha SMS de {brand} para confirmar a sua identidade. Vale "
    "{minutes} minutos. Nunca a compartilhe.",
    "{code} é a sua senha SMS para confirmar a sua identidade. Vale {minutes} "
    "minutos. Nunca a compartilhe.",
)

PORTUGUESE = Language(
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
    bare_code="{code} é a sua senha SMS.",
    warning="Nunca a compartilhe.",
    notice={
        Notice.PHONE_ADDED: (
            "{brand}: um telefone novo foi ligado à sua conta. Foi outra pessoa? {url}",
            "Um telefone novo foi ligado à sua conta. Foi outra pessoa? {url}",
            "{brand}: um telefone novo foi ligado à sua conta. Se quem fez isso foi outra "
            "pessoa, entre e avise.",
            "Um telefone novo foi ligado à sua conta. Se quem fez isso foi outra pessoa, "
            "entre e avise.",
        ),
        Notice.PHONE_CHANGED: (
            "{brand}: o telefone da sua conta foi trocado. Foi outra pessoa? {url}",
            "O telefone da sua conta foi trocado. Foi outra pessoa? {url}",
            "{brand}: o telefone da sua conta foi trocado. Se quem fez isso foi outra "
            "pessoa, entre e avise.",
            "O telefone da sua conta foi trocado. Se quem fez isso foi outra pessoa, entre "
            "e avise.",
        ),
        Notice.PHONE_REMOVED: (
            "{brand}: um telefone foi retirado da sua conta. Foi outra pessoa? {url}",
            "Um telefone foi retirado da sua conta. Foi outra pessoa? {url}",
            "{brand}: um telefone foi retirado da sua conta. Se quem fez isso foi outra "
            "pessoa, entre e avise.",
            "Um telefone foi retirado da sua conta. Se quem fez isso foi outra pessoa, "
            "entre e avise.",
        ),
        Notice.APP_CHANGED: (
            "{brand}: as senhas por app da sua conta foram trocadas. Foi outra pessoa? {url}",
            "As senhas por app da sua conta foram trocadas. Foi outra pessoa? {url}",
            "{brand}: as senhas por app da sua conta foram trocadas. Se quem fez isso foi "
            "outra pessoa, entre e avise.",
            "As senhas por app da sua conta foram trocadas. Se quem fez isso foi outra "
            "pessoa, entre e avise.",
        ),
        Notice.PASSKEY_CHANGED: (
            "{brand}: as chaves de acesso da sua conta foram trocadas. Foi outra pessoa? {url}",
            "As chaves de acesso da sua conta foram trocadas. Foi outra pessoa? {url}",
            "{brand}: as chaves de acesso da sua conta foram trocadas. Se quem fez isso foi"
            " outra pessoa, entre e avise.",
            "As chaves de acesso da sua conta foram trocadas. Se quem fez isso foi outra "
            "pessoa, entre e avise.",
        ),
        Notice.RECOVERY_CODES_CHANGED: (
            "{brand}: as suas senhas de reserva foram trocadas. Foi outra pessoa? {url}",
            "As suas senhas de reserva foram trocadas. Foi outra pessoa? {url}",
            "{brand}: as suas senhas de reserva foram trocadas. Se quem fez isso foi outra "
            "pessoa, entre e avise.",
            "As suas senhas de reserva foram trocadas. Se quem fez isso foi outra pessoa, "
            "entre e avise.",
        ),
        Notice.RECOVERY_CODE_USED: (
            "{brand}: uma senha de reserva foi usada para entrar. Foi outra pessoa? {url}",
            "Uma senha de reserva foi usada para entrar. Foi outra pessoa? {url}",
            "{brand}: uma senha de reserva foi usada para entrar. Se quem fez isso foi "
            "outra pessoa, entre e avise.",
            "Uma senha de reserva foi usada para entrar. Se quem fez isso foi outra pessoa,"
            " entre e avise.",
        ),
        Notice.RECOVERY_LINK_USED: (
            "{brand}: um link do suporte foi usado para entrar. Foi outra pessoa? {url}",
            "Um link do suporte foi usado para entrar. Foi outra pessoa? {url}",
            "{brand}: um link do suporte foi usado para entrar. Se quem fez isso foi outra "
            "pessoa, entre e avise.",
            "Um link do suporte foi usado para entrar. Se quem fez isso foi outra pessoa, entre "
            "e avise.",
        ),
        Notice.PASSWORD_CHANGED: (
            "{brand}: a senha da sua conta foi trocada. Foi outra pessoa? {url}",
            "A senha da sua conta foi trocada. Foi outra pessoa? {url}",
            "{brand}: a senha da sua conta foi trocada. Se quem fez isso foi outra pessoa, "
            "entre e avise.",
            "A senha da sua conta foi trocada. Se quem fez isso foi outra pessoa, entre e avise.",
        ),
        Notice.LOCKED: (
            "{brand}: muitas senhas SMS erradas, por isso foram pausadas. Foi outra pessoa? {url}",
            "Muitas senhas SMS erradas, por isso foram pausadas. Foi outra pessoa? {url}",
            "{brand}: muitas senhas SMS erradas, por isso foram pausadas. Se quem fez isso "
            "foi outra pessoa, entre e avise.",
            "Muitas senhas SMS erradas, por isso foram pausadas. Se quem fez isso foi outra"
            " pessoa, entre e avise.",
        ),
        Notice.PHONE_WITHDRAWN: (
            "{brand}: este telefone deixou de valer para a sua conta. Foi outra pessoa? {url}",
            "Este telefone deixou de valer para a sua conta. Foi outra pessoa? {url}",
            "{brand}: este telefone deixou de valer para a sua conta. Se quem fez isso foi "
            "outra pessoa, entre e avise.",
            "Este telefone deixou de valer para a sua conta. Se quem fez isso foi outra "
            "pessoa, entre e avise.",
        ),
        Notice.EMAIL_CHANGED: (
            "{brand}: o e-mail da sua conta foi trocado. Foi outra pessoa? {url}",
            "O e-mail da sua conta foi trocado. Foi outra pessoa? {url}",
            "{brand}: o e-mail da sua conta foi trocado. Se quem fez isso foi outra pessoa,"
            " entre e avise.",
            "O e-mail da sua conta foi trocado. Se quem fez isso foi outra pessoa, entre e avise.",
        ),
        Notice.WRONG_CODES: (
            "{brand}: uma pessoa usou a sua senha e senhas SMS erradas. Foi outra pessoa? {url}",
            "Uma pessoa usou a sua senha e senhas SMS erradas. Foi outra pessoa? {url}",
            "{brand}: uma pessoa usou a sua senha e senhas SMS erradas. Se quem fez "
            "isso foi outra pessoa, entre e avise.",
            "Uma pessoa usou a sua senha e senhas SMS erradas. Se quem fez isso foi "
            "outra pessoa, entre e avise.",
        ),
    },
    not_me=("{url} ou responda NAOFUIEU", "Responda NAOFUIEU"),
    invitation=(
        "{brand} convida a entrar com uma senha por SMS. Comece aqui: {url}",
        "Entre com uma senha por SMS. Comece aqui: {url}",
        "{url}",
    ),
    trial=(
        "Um SMS de teste de {brand}. Nada precisa ser feito.",
        "Um SMS de teste. Nada precisa ser feito.",
    ),
)
