"""What calls say, in every language."""

import pytest

from twofactor.sms import speech
from twofactor.sms.speech import LANGUAGES
from twofactor.words import CODED


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_code_is_said_twice_digit_by_digit_and_then_the_warning(language: str) -> None:
    row = LANGUAGES[language]
    first, second, warning = speech.code("0123456789", language)
    words = ". ".join(row.digits)
    assert len(set(row.digits)) == 10
    assert words in first
    assert words in second
    assert warning == row.warning
    assert not any(char.isdigit() for char in first + second)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("purpose", CODED)
def test_the_greeting_says_who_calls_and_for_what(language: str, purpose: str) -> None:
    assert set(LANGUAGES[language].greeting) == set(CODED)
    said = {speech.greeting("Acme", one, language) for one in CODED}
    assert len(said) == 3, "login, enrolment, and that it is you"
    assert all("Acme" in one for one in said)


def test_a_variant_is_its_language_and_others_are_english() -> None:
    assert speech.spoken("pt-BR") == "pt"
    assert speech.spoken("sw") == "en"
    assert speech.over("tlh") == speech.over("en")
