"""A code that grows old while somebody looks for their phone."""

import time
from collections.abc import Callable

from tests.journeys.person import Person
from tests.server import Server


def test_an_expired_code_says_so_and_a_new_one_is_a_press_away(
    make_server: Callable[..., Server], newcomer: Callable[[Server], Person]
) -> None:
    server = make_server(CODE_LIFETIME_SECONDS="3")
    person = newcomer(server)
    person.sign_up()
    person.enrol()
    person.log_out()
    person.give_password()
    old = person.await_texts(2)[0]
    code = person.code()
    while person.status()["expires_in"]:
        time.sleep(0.1)
    person.send("/login/code", code=code)
    assert person.alert() == "That code has expired. Send a new code"
    assert "Send a new code" in person.page.text
    person.send("/login/resend")
    assert person.at == "/login/code"
    new = person.await_texts(3)[0]
    assert new != old
    person.send("/login/code", code=person.code())
    assert person.at == "/account"
