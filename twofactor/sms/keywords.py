"""The words by which people end, restart and ask about texts, or report, as data; and their
reading. Pure.

The first word of a row is its main one: it also counts at the head of a sentence ("stop it!").
English are the words that carriers ask for (CTIA Messaging Principles; Twilio's default list),
French ARRET and AIDE those of Canada's carriers. To add a language: one more row, checked by
someone who speaks it; capitals, accents and punctuation are of no account.
"""

import unicodedata
from dataclasses import dataclass

from twofactor.words import Keyword

LONGEST = 200  # characters that are read at all


@dataclass(frozen=True, slots=True)
class Words:
    """One language: what people write, and what HELP is answered with; `{brand}` is ours."""

    stop: tuple[str, ...]
    start: tuple[str, ...]
    help: tuple[str, ...]
    not_me: tuple[str, ...]  # the main one stands in notices
    answer: str


LANGUAGES: dict[str, Words] = {
    "en": Words(
        ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout", "opt out"),
        ("start", "unstop", "resume"),
        ("help", "info"),
        ("notme", "not me", "wasnt me", "wasn t me", "it wasn t me"),
        "{brand} sends security codes only. Answer STOP to end texts, START to get them again.",
    ),
    "fr": Words(
        ("arret", "arreter", "desabonner", "annuler"),
        ("reprendre", "debut"),
        ("aide", "infos"),
        ("pasmoi", "pas moi", "ce n etait pas moi"),
        "{brand} n'envoie que des codes de sécurité. STOP : plus de SMS. START : de nouveau.",
    ),
    "es": Words(
        ("alto", "parar", "baja", "cancelar", "detener"),
        ("iniciar", "empezar", "alta"),
        ("ayuda",),
        ("nofuiyo", "no fui yo", "yo no fui"),
        "{brand} solo manda claves de acceso. STOP: no mandar SMS. START: mandar de nuevo.",
    ),
    "pt": Words(
        ("pare", "sair", "cancele", "remover"),
        ("comecar", "inicie"),
        ("ajuda",),
        ("naofuieu", "nao fui eu"),
        "{brand} envia apenas chaves de acesso. STOP: parar os SMS. START: voltar a receber.",
    ),
    "de": Words(
        ("stopp", "ende", "abmelden", "abbestellen"),
        ("anmelden", "starten"),
        ("hilfe",),
        ("nichtich", "nicht ich", "ich war das nicht", "das war ich nicht"),
        "{brand} sendet nur Sicherheitscodes. STOP: keine SMS mehr. START: wieder SMS.",
    ),
    "it": Words(
        ("ferma", "fermare", "annulla", "disiscrivi"),
        ("inizia", "riprendi"),
        ("aiuto",),
        ("nonio", "non io", "non sono stato io", "non sono stata io"),
        "{brand} invia solo codici di sicurezza. STOP: niente più SMS. START: di nuovo SMS.",
    ),
    "nl": Words(
        ("stoppen", "afmelden", "uitschrijven"),
        ("starten", "hervatten"),
        ("hulp",),
        ("nietik", "niet ik", "ik was het niet"),
        "{brand} stuurt alleen beveiligingscodes. STOP: geen sms meer. START: weer sms.",
    ),
    "sw": Words(
        ("simamisha", "acha", "komesha", "sitisha"),
        ("anza", "endelea"),
        ("msaada", "usaidizi"),
        ("simimi", "si mimi"),
        "{brand} hutuma misimbo ya usalama tu. STOP: kusitisha SMS. START: kuzipokea tena.",
    ),
    "tr": Words(
        ("dur", "durdur", "iptal"),
        ("basla", "baslat"),
        ("yardim", "yardım"),
        ("bendegil", "ben degil", "ben degildim"),
        "{brand}: yalnızca kod. STOP: SMS yok. START: yeniden.",
    ),
    "id": Words(
        ("berhenti", "batal", "hentikan"),
        ("mulai", "lanjut"),
        ("bantuan",),
        ("bukansaya", "bukan saya"),
        "{brand} hanya mengirim kode keamanan. STOP: hentikan SMS. START: terima lagi.",
    ),
    "ru": Words(
        ("стоп", "отписаться", "отмена"),
        ("старт", "начать"),
        ("помощь", "справка"),
        ("нея", "не я", "это не я"),
        "{brand}: только коды. STOP - без SMS. START - снова SMS.",
    ),
    "ar": Words(
        ("توقف", "إيقاف", "قف", "إلغاء"),
        ("ابدأ", "بدء"),
        ("مساعدة",),
        ("لستأنا", "لست أنا"),
        "{brand}: STOP لإيقاف الرسائل، START لاستقبالها.",
    ),
    "hi": Words(
        ("रोकें", "बंद", "रुको"),
        ("शुरू", "शुरू करें"),
        ("मदद", "सहायता"),
        ("मैंनहीं", "मैं नहीं"),
        "{brand}: STOP से SMS बंद, START से फिर चालू.",
    ),
}


def read(text: str) -> tuple[Keyword, str] | None:
    """What a person wants, and the language of the word; None for any other text."""
    words = _plain(text[:LONGEST])
    return _WHOLE.get(words) or _MAIN.get(words.partition(" ")[0])


def answer_to_help(brand: str, language: str) -> str:
    """The text that HELP is answered with."""
    return LANGUAGES[language].answer.format(brand=brand)


def _plain(text: str) -> str:
    """Lower case, without accents, punctuation and invisible characters; single spaces."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    kept = [c if c.isalnum() else " " for c in parts if unicodedata.category(c) not in _SILENT]
    return " ".join("".join(kept).split())


_SILENT = ("Mn", "Cf", "Cc")  # accents, and what can't be seen
_ROWS = [
    (keyword, language, words)
    for language, row in LANGUAGES.items()
    for keyword, words in (
        (Keyword.STOP, row.stop),
        (Keyword.START, row.start),
        (Keyword.HELP, row.help),
        (Keyword.NOT_ME, row.not_me),
    )
]
_WHOLE = {_plain(word): (keyword, language) for keyword, language, row in _ROWS for word in row}
_MAIN = {_plain(row[0]): (keyword, language) for keyword, language, row in _ROWS}
