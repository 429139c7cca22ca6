"""The simulated mailbox, as a test reads it."""

import re

from flask import Flask

from twofactor import jobs
from twofactor.house import house
from twofactor.mail import outbox


def mails(app: Flask, to: str) -> list[str]:
    """Subject and body of the mails that reached an address, newest first."""
    with app.app_context():
        while jobs.post_next(house().kit):
            pass
        keyring = house().kit.keyring
        return [
            f"{mail.subject}\n{keyring.unseal(mail.body_sealed, mail.body_place)}"
            for mail in outbox.latest()
            if mail.body_sealed and keyring.unseal(mail.to_sealed, mail.to_place) == to
        ]


def link(text: str, kind: str) -> str:
    """The path of the link of one kind (`login/reset`, `not-me`, `email/confirm`) in a text."""
    found = re.search(rf"https?://[^/\s]+(/{kind}/[\w-]+)", text)
    assert found is not None, f"no link of kind {kind} in {text!r}"
    return found[1]
