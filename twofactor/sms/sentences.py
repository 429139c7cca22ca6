"""The sentences of our texts, whole ones for each language: never put together from pieces.

A row of code texts goes from the fullest sentence to the shortest; the first that fits is sent.
Where a brand can't be written in GSM-7 only the sentences without it are left. `{minutes}` has one
row for each plural form of the language (Unicode CLDR names them).
To add a language: one more file in `languages`, checked by someone who speaks it, and a line here.
"""

from collections.abc import Mapping

from twofactor.sms.language import Language, Notice
from twofactor.sms.languages.arabic import ARABIC
from twofactor.sms.languages.english import ENGLISH
from twofactor.sms.languages.french import FRENCH
from twofactor.sms.languages.german import GERMAN
from twofactor.sms.languages.portuguese import PORTUGUESE
from twofactor.sms.languages.spanish import SPANISH
from twofactor.sms.languages.swahili import SWAHILI

__all__ = ["DEFAULT_LANGUAGE", "LANGUAGES", "Language", "Notice"]

LANGUAGES: Mapping[str, Language] = {
    "en": ENGLISH,
    "ar": ARABIC,
    "de": GERMAN,
    "es": SPANISH,
    "fr": FRENCH,
    "pt": PORTUGUESE,
    "sw": SWAHILI,
}
DEFAULT_LANGUAGE = "en"
