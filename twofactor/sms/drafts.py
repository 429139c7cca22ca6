"""What an operator may write: the words of a template, looked at before anybody gets them. Pure.

A template is one sentence for one language and purpose; `name` is a purpose with a code, the
invitation, the test text, or a notice. The line `@host #code` is no part of it and always follows.
An edited sentence must hold what the built-in one of its place holds, and may hold nothing else.
"""

import re
import unicodedata
from collections.abc import Iterator
from string import Formatter

from twofactor.sms.sentences import LANGUAGES, Notice
from twofactor.words import CODED, Purpose

NAMES = tuple(str(name) for name in (*CODED, Purpose.INVITATION, Purpose.TEST, *Notice))
LONGEST = 400  # characters of a sentence
DIGITS = 4  # as many in a row as the shortest code has
LINK = re.compile(r"://|\bwww\.", re.IGNORECASE)


def is_coded(name: str) -> bool:
    """True for a template that brings a code."""
    return name in CODED


def built_in(language: str, name: str, plural: str = "") -> str:
    """The fullest sentence of ours; `plural` is the form of the minutes."""
    words = LANGUAGES[language]
    if is_coded(name):
        return words.code[Purpose(name), plural][0]
    if name in (Purpose.INVITATION, Purpose.TEST):
        return (words.invitation if name == Purpose.INVITATION else words.trial)[0]
    return words.notice[Notice(name)][0]


def tidy(sentence: str) -> str:
    """On one line, each letter in one piece, without spaces at the ends."""
    return " ".join(unicodedata.normalize("NFC", sentence).split())


def placeholders(sentence: str) -> list[str]:
    """The names in braces, in order. Raises ValueError for braces that name nothing."""
    found = []
    for _, name, form, conversion in Formatter().parse(sentence):
        if name is not None:
            if form or conversion or not name.isidentifier():
                raise ValueError(f"{{{name}}} is no placeholder")
            found.append(name)
    return found


def unreadable(language: str, name: str, sentence: str, plural: str = "") -> list[str]:
    """Why a sentence can't become a text at all; empty for one that can."""
    if not sentence:
        return ["is empty: write the text"]
    if len(sentence) > LONGEST or not sentence.isprintable():
        return [f"has over {LONGEST} characters, or some that nobody sees: write it anew"]
    known = placeholders(built_in(language, name, plural))
    try:
        held = dict.fromkeys(placeholders(sentence))
    except ValueError:
        return [f"has a brace that belongs to no placeholder: use {_listed(known)}"]
    strange = [one for one in held if one not in known]
    return [f"knows no placeholder {_listed(strange)}: use {_listed(known)}"] if strange else []


def faults(language: str, name: str, sentence: str, plural: str = "") -> list[str]:
    """What is wrong with the words, each with its remedy; empty for good ones. What they cost is
    looked at by `templates`."""
    if wrong := unreadable(language, name, sentence, plural):
        return wrong
    held = placeholders(sentence)
    missing = [one for one in placeholders(built_in(language, name, plural)) if one not in held]
    found = [f"must hold {_listed(missing)}"] if missing else []
    return [*found, *_unsafe(language, name, sentence, held)]


def _unsafe(language: str, name: str, sentence: str, held: list[str]) -> Iterator[str]:
    """What would make a browser or a person take something else for the code or the link."""
    warning = LANGUAGES[language].warning.rstrip(".")
    if is_coded(name) and warning.casefold() not in sentence.casefold():
        yield f"must hold the warning {warning!r}"
    if is_coded(name) and held.count("code") > 1:
        yield "holds {code} twice: once is enough, the last line adds it again"
    bare = re.sub(r"\{\w+\}", "\0", sentence)
    if re.search(rf"\d{{{DIGITS}}}", bare):
        yield f"has {DIGITS} digits in a row, which look like a code: write them apart"
    if re.search(r"[\d\0]\0|\0\d", bare):
        yield "has a placeholder that touches another one or a digit: put a space between"
    if LINK.search(sentence):
        yield "has a link of its own, as frauds have: leave it out"


def _listed(names: list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
