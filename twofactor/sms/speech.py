"""What our calls say, whole sentences for each language; no call begins with the code. Pure.

Digits are words, so that no voice reads them as one number. Only languages that Twilio has a voice
for stand here: a voice of another language makes digits unintelligible, so the others hear English.
To add a language: one more row, checked by someone who speaks it, and its voice in
`gateways.twilio_voice`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from twofactor.sms.sentences import DEFAULT_LANGUAGE
from twofactor.words import Purpose

TIMES = 2  # that the code is said


@dataclass(frozen=True, slots=True)
class Speech:
    """One language."""

    digits: tuple[str, ...]  # from zero to nine
    greeting: Mapping[Purpose, str]  # who calls, and why; asks for a key
    code: str
    again: str
    warning: str
    over: str


_ENGLISH_YOU = (
    "This is {brand}. You asked for a security code to confirm that it is you. "
    "To hear it, press any key. If you did not ask for it, hang up."
)
_FRENCH_YOU = (
    "Ici {brand}. Vous avez demandé un code de sécurité pour confirmer que c'est bien vous. "
    "Pour l'entendre, appuyez sur une touche. Si vous n'avez rien demandé, raccrochez."
)
_GERMAN_YOU = (
    "Hier ist {brand}. Sie haben einen Sicherheitscode verlangt, um zu bestätigen, dass Sie es "
    "sind. Drücken Sie eine beliebige Taste, um ihn zu hören. Wenn Sie das nicht waren, legen "
    "Sie auf."
)
_SPANISH_YOU = (
    "Habla {brand}. Pediste una clave para confirmar que eres tú. Para oírla, presiona cualquier "
    "tecla. Si no la pediste, cuelga."
)
_PORTUGUESE_YOU = (
    "Aqui é {brand}. Você pediu um código para confirmar que é você. Para ouvir, aperte qualquer "
    "tecla. Se você não pediu, desligue."
)
_ARABIC_YOU = (
    "معكم {brand}. طلبت رمز أمان لتأكيد هويتك. لسماعه اضغط أي مفتاح. إن لم تطلبه فأنهِ المكالمة."
)

LANGUAGES: Mapping[str, Speech] = {
    "en": Speech(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
        {
            Purpose.LOGIN: "This is {brand}. You asked for a security code to log in. "
            "To hear it, press any key. If you did not ask for it, hang up.",
            Purpose.ENROL: "This is {brand}. You asked for a security code to confirm this phone. "
            "To hear it, press any key. If you did not ask for it, hang up.",
            Purpose.STEP_UP: _ENGLISH_YOU,
            Purpose.API: _ENGLISH_YOU,
        },
        "Your code is: {digits}.",
        "Once more: {digits}.",
        "Do not share it with anybody. Nobody from us will ever ask for it. Goodbye.",
        "This code no longer works. Ask for a new one. Goodbye.",
    ),
    "fr": Speech(
        ("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"),
        {
            Purpose.LOGIN: "Ici {brand}. Vous avez demandé un code de sécurité pour vous "
            "connecter. Pour l'entendre, appuyez sur une touche. Si vous n'avez rien demandé, "
            "raccrochez.",
            Purpose.ENROL: "Ici {brand}. Vous avez demandé un code de sécurité pour confirmer ce "
            "téléphone. Pour l'entendre, appuyez sur une touche. Si vous n'avez rien demandé, "
            "raccrochez.",
            Purpose.STEP_UP: _FRENCH_YOU,
            Purpose.API: _FRENCH_YOU,
        },
        "Votre code est : {digits}.",
        "Encore une fois : {digits}.",
        "Ne le donnez à personne. Personne chez nous ne vous le demandera. Au revoir.",
        "Ce code n'est plus valable. Demandez-en un nouveau. Au revoir.",
    ),
    "de": Speech(
        ("null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
        {
            Purpose.LOGIN: "Hier ist {brand}. Sie haben einen Sicherheitscode zum Anmelden "
            "verlangt. Drücken Sie eine beliebige Taste, um ihn zu hören. Wenn Sie das nicht "
            "waren, legen Sie auf.",
            Purpose.ENROL: "Hier ist {brand}. Sie haben einen Sicherheitscode verlangt, um dieses "
            "Telefon zu bestätigen. Drücken Sie eine beliebige Taste, um ihn zu hören. Wenn Sie "
            "das nicht waren, legen Sie auf.",
            Purpose.STEP_UP: _GERMAN_YOU,
            Purpose.API: _GERMAN_YOU,
        },
        "Ihr Code lautet: {digits}.",
        "Noch einmal: {digits}.",
        "Geben Sie ihn niemandem weiter. Von uns fragt niemand danach. Auf Wiederhören.",
        "Dieser Code gilt nicht mehr. Verlangen Sie einen neuen. Auf Wiederhören.",
    ),
    "es": Speech(
        ("cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
        {
            Purpose.LOGIN: "Habla {brand}. Pediste una clave para entrar. Para oírla, presiona "
            "cualquier tecla. Si no la pediste, cuelga.",
            Purpose.ENROL: "Habla {brand}. Pediste una clave para confirmar este celular. Para "
            "oírla, presiona cualquier tecla. Si no la pediste, cuelga.",
            Purpose.STEP_UP: _SPANISH_YOU,
            Purpose.API: _SPANISH_YOU,
        },
        "Tu clave es: {digits}.",
        "Otra vez: {digits}.",
        "No la compartas con nadie. Nadie de nosotros te la pedirá. Adiós.",
        "Esta clave ya no sirve. Pide otra. Adiós.",
    ),
    "pt": Speech(
        ("zero", "um", "dois", "três", "quatro", "cinco", "seis", "sete", "oito", "nove"),
        {
            Purpose.LOGIN: "Aqui é {brand}. Você pediu um código para entrar. Para ouvir, aperte "
            "qualquer tecla. Se você não pediu, desligue.",
            Purpose.ENROL: "Aqui é {brand}. Você pediu um código para confirmar este telefone. "
            "Para ouvir, aperte qualquer tecla. Se você não pediu, desligue.",
            Purpose.STEP_UP: _PORTUGUESE_YOU,
            Purpose.API: _PORTUGUESE_YOU,
        },
        "O seu código é: {digits}.",
        "Mais uma vez: {digits}.",
        "Não compartilhe com ninguém. Ninguém daqui vai pedir o código. Até logo.",
        "Este código não vale mais. Peça outro. Até logo.",
    ),
    "ar": Speech(
        ("صفر", "واحد", "اثنان", "ثلاثة", "أربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة"),
        {
            Purpose.LOGIN: "معكم {brand}. طلبت رمز أمان للدخول. لسماعه اضغط أي مفتاح. "
            "إن لم تطلبه فأنهِ المكالمة.",
            Purpose.ENROL: "معكم {brand}. طلبت رمز أمان لتأكيد هذا الهاتف. لسماعه اضغط أي مفتاح. "
            "إن لم تطلبه فأنهِ المكالمة.",
            Purpose.STEP_UP: _ARABIC_YOU,
            Purpose.API: _ARABIC_YOU,
        },
        "رمزك هو: {digits}.",
        "مرة أخرى: {digits}.",
        "لا تعطه لأحد. لن يطلبه منك أحد منا. مع السلامة.",
        "هذا الرمز لم يعد صالحا. اطلب رمزا جديدا. مع السلامة.",
    ),
}


def spoken(language: str) -> str:
    """The language that a call to somebody of this language speaks."""
    short = language.split("-")[0].lower()
    return short if short in LANGUAGES else DEFAULT_LANGUAGE


def greeting(brand: str, purpose: Purpose, language: str) -> str:
    """What a call says until a key is pressed."""
    return LANGUAGES[spoken(language)].greeting[purpose].format(brand=brand)


def code(digits: str, language: str) -> list[str]:
    """What it says after a key: the code twice, digit by digit, and the warning."""
    speech = LANGUAGES[spoken(language)]
    said = ". ".join(speech.digits[int(digit)] for digit in digits)
    again = [speech.again.format(digits=said)] * (TIMES - 1)
    return [speech.code.format(digits=said), *again, speech.warning]


def over(language: str) -> list[str]:
    """What it says after a key when the code has ended meanwhile."""
    return [LANGUAGES[spoken(language)].over]
