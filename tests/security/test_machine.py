"""A person, two browsers and a clock, in any order that Hypothesis thinks of, against a small
model: what was let in was right, and what was right was let in (security.md section 3: I1, I2, I5,
I6)."""

from dataclasses import dataclass
from itertools import count

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.browser import Browser
from tests.cast import CODE, PASSWORD, Cast
from twofactor.sms.phone import Phone

LIFETIME, CHECKS, SENDS_HOUR, HOUR = 300, 5, 5, 3600
SESSION = 600  # seconds that half a login may take
WAITS = (1, 29, 31, 61, 299, 1800, 3700)
EXAMPLES, STEPS = 15, 25
people = count(1)
either = st.sampled_from((0, 1))


@dataclass
class Code:
    """What the model knows of a code: by whom it was asked for, and what became of it."""

    digits: str
    browser: int
    born: float
    wrong: int = 0
    is_over: bool = False


class Person(RuleBasedStateMachine):
    cast: Cast  # set before the machine runs

    def __init__(self) -> None:
        super().__init__()
        number, self.now = next(people), 0.0
        self.email = f"person{number}@example.com"
        self.phone = Phone(f"+1212555{number:04d}", "US")
        with self.cast.app.app_context():
            self.cast._add(self.email, self.phone)
        self.browsers = [Browser(self.cast.app, f"198.51.{number}.{n}") for n in (1, 2)]
        self.codes: list[Code] = []
        self.sent: list[float] = []
        self.since: list[float] = [-HOUR, -HOUR]  # when each browser typed the password

    def newest(self, browser: int) -> Code | None:
        return next((code for code in reversed(self.codes) if code.browser == browser), None)

    def heard(self) -> bool:
        """Whether the phone got a code since we looked last; notices are counted apart."""
        texts = sum(CODE.search(text) is not None for text in self.cast.texts(self.phone))
        is_new = texts > len(self.sent)
        self.sent += [self.now] * (texts - len(self.sent))
        return is_new

    @rule(browser=either)
    def type_the_password(self, browser: int) -> None:
        self.browsers[browser].post("/login", email=self.email, password=PASSWORD)
        self.since[browser] = self.now
        if self.heard():
            for code in self.codes:
                code.is_over = True
            self.codes.append(Code(self.cast.code(self.phone), browser, self.now))
        else:
            self.codes.append(Code("", browser, self.now, is_over=True))

    @rule(seconds=st.sampled_from(WAITS))
    def wait(self, seconds: int) -> None:
        self.cast.clock.advance(seconds)
        self.now += seconds

    @precondition(lambda self: self.codes)
    @rule(browser=either)
    def ask_again(self, browser: int) -> None:
        own = self.newest(browser)
        if own is None or self.now - self.since[browser] >= SESSION:
            return
        self.browsers[browser].post("/login/resend", form="/login/code")
        if self.heard() and own.digits != self.cast.code(self.phone):
            assert own.is_over or self.now - own.born >= LIFETIME, "a living code was replaced"
            for code in self.codes:
                code.is_over = True
            self.codes.append(Code(self.cast.code(self.phone), browser, self.now))

    @precondition(lambda self: self.codes)
    @rule(browser=either)
    def type_a_wrong_code(self, browser: int) -> None:
        own = self.newest(browser)
        digits = own.digits if own and own.digits else "000000"
        assert not self.let_in(browser, f"{(int(digits) + 1) % 1_000_000:06d}")
        if own is not None:
            own.wrong += 1

    @precondition(lambda self: self.codes)
    @rule(browser=either, which=st.integers(0, 5))
    def type_a_code_that_was_sent(self, browser: int, which: int) -> None:
        """The newest, an older one, or the other browser's."""
        code = self.codes[-1 - which % len(self.codes)]
        if not code.digits:
            return
        own = self.newest(browser)
        is_live = not code.is_over and self.now - code.born < LIFETIME and code.wrong < CHECKS
        in_time = self.now - self.since[browser] < SESSION
        expected = code is own and is_live and in_time
        same_digits = own is not None and own.digits == code.digits
        entered = self.let_in(browser, code.digits)
        if entered:
            assert expected or (same_digits and own and not own.is_over)
            code.is_over = True
            self.browsers[browser].post("/logout", form="/account")
            self.since[browser] = -HOUR
        else:
            assert not expected, "a right code was refused"
            if own is not None and own is not code:
                own.wrong += 1

    def let_in(self, browser: int, digits: str) -> bool:
        person = self.browsers[browser]
        person.post("/login/code", form="/login", code=digits)
        return person.get("/account").status_code == 200

    @invariant()
    def no_hour_holds_more_texts_than_permitted(self) -> None:
        assert sum(at > self.now - HOUR for at in self.sent) <= SENDS_HOUR


def test_whatever_a_person_does_only_a_right_code_lets_in(cast: Cast) -> None:
    Person.cast = cast
    run_state_machine_as_test(
        Person,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,  # the same walks in every run
            suppress_health_check=list(HealthCheck),
        ),
    )
