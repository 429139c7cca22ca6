"""A code heard instead of read: real servers, a simulated call, and somebody presses a key."""

import re
import time
from collections.abc import Callable

from tests.journeys.person import Person, until
from tests.server import Server
from twofactor.sms.speech import LANGUAGES

DIGITS = {word: str(n) for n, word in enumerate(LANGUAGES["en"].digits)}


def screen(person: Person) -> str:
    """What the simulated phone shows."""
    return person.open(f"/simulator/phone/?to=%2B{person.phone[1:]}").text


def answer(person: Person) -> str:
    """Answer the phone that rings, press a key; the code that is read."""
    ringing = until(lambda: screen(person), lambda page: "Answer and press a key" in page)
    action = re.search(r'action="(/simulator/texts/CA[0-9a-f]{32})"', ringing)
    assert action is not None
    assert "Your code is" not in ringing, "the code was said before a key was pressed"
    person.send(action[1], do="answer")
    heard = until(lambda: screen(person), lambda page: "Your code is" in page)
    said = re.search(r"Your code is: ([a-z. ]+)\.</p>", heard)
    assert said is not None
    assert f"Once more: {said[1]}." in heard
    return "".join(DIGITS[word] for word in said[1].split(". "))


def test_a_call_reads_the_code_of_the_text(
    server: Server, newcomer: Callable[[Server], Person]
) -> None:
    person = newcomer(server)
    person.sign_up()
    person.enrol()
    person.log_out()
    person.give_password()
    texted = until(person.texts, lambda texts: len(texts) >= 2)[0]
    time.sleep(1.1)  # the wait between texts, or texts and calls
    person.open("/login/other")
    phone = re.search(
        r'value="call">\s*<input type="hidden" name="phone" value="(\w+)"', person.page.text
    )
    assert phone is not None, person.page.text
    person.send("/login/other", method="call", phone=phone[1])
    assert person.at == "/login/code"
    assert person.await_status("sent")["text"].startswith("We are calling you")
    code = answer(person)
    assert texted.endswith(f"#{code}")
    person.open("/login/code")
    person.send("/login/code", code=code)
    assert person.at == "/account", person.page.text
