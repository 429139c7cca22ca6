"""The composed house, as the doors reach it: the kit, the sender, the writer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from twofactor.kit import Kit
from twofactor.models.writer import GroupWriter
from twofactor.sender import Waker
from twofactor.sms.tally import Tally

NAME = "sixdigits"


@dataclass(frozen=True)
class House:
    """What `wsgi.py` put together; one a process."""

    kit: Kit
    sender: Waker
    writer: GroupWriter
    tally: Tally
    start: Callable[[], None]  # threads that only a serving process needs
    stop: Callable[[], None]
    work: Callable[[], None] | None = None  # be a distributed worker until told to stop


def install(app: Flask, house: House) -> None:
    """Hand the house to an app."""
    app.extensions[NAME] = house


def house() -> House:
    """The house of the app that is being served."""
    return cast(House, current_app.extensions[NAME])
