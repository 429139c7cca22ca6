"""STOP, START and HELP in every language of the table."""

import pytest

from twofactor.sms import keywords
from twofactor.sms.segments import count
from twofactor.sms.sentences import LANGUAGES, Notice
from twofactor.sms.wording import notice_text
from twofactor.words import Keyword


@pytest.mark.parametrize("language", keywords.LANGUAGES)
def test_every_word_is_read_as_what_its_row_says(language: str) -> None:
    row = keywords.LANGUAGES[language]
    for keyword, words in (
        (Keyword.STOP, row.stop),
        (Keyword.START, row.start),
        (Keyword.HELP, row.help),
        (Keyword.NOT_ME, row.not_me),
    ):
        for word in words:
            for typed in (word, word.upper(), f"  {word.capitalize()}!  "):
                found = keywords.read(typed)
                assert found is not None
                assert found[0] is keyword


def test_no_word_has_two_meanings() -> None:
    meanings: dict[str, Keyword] = {}
    for row in keywords.LANGUAGES.values():
        for keyword, words in (
            (Keyword.STOP, row.stop),
            (Keyword.START, row.start),
            (Keyword.HELP, row.help),
            (Keyword.NOT_ME, row.not_me),
        ):
            for word in words:
                assert meanings.setdefault(word, keyword) is keyword


@pytest.mark.parametrize(
    "typed",
    [
        "STOP",
        "stop.",
        "Stop it!",
        "STOP\u200b",
        "ＳＴＯＰ",
        "Arrêt",
        "ARRÊT",
        "stop please\n",
        "СТОП",
    ],
)
def test_it_reads_stop_however_it_is_typed(typed: str) -> None:
    found = keywords.read(typed)
    assert found is not None
    assert found[0] is Keyword.STOP


@pytest.mark.parametrize(
    "typed", ["", "   ", "?", "123456", "Thanks, bye", "don't stop", "the end"]
)
def test_it_reads_nothing_into_other_texts(typed: str) -> None:
    assert keywords.read(typed) is None


@pytest.mark.parametrize("language", keywords.LANGUAGES)
def test_the_answer_to_help_fits_one_segment_and_names_the_way_out(language: str) -> None:
    text = keywords.answer_to_help("B" * 20, language)
    assert count(text).parts == 1
    assert "STOP" in text
    assert "START" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_word_that_a_notice_names_is_read_as_a_report(language: str) -> None:
    text = notice_text("Acme", Notice.LOCKED, language, is_answerable=True)
    word = " ".join(text.rstrip(".").split()[-2:] if language == "ar" else text.split()[-1:])
    found = keywords.read(word)
    assert found is not None
    assert found[0] is Keyword.NOT_ME
