"""Passwords (S-78)."""

import pytest
from argon2 import PasswordHasher, extract_parameters
from sqlalchemy import select

from tests.browser import Browser, alert
from tests.cast import ALICE, BOB, PASSWORD, Cast
from twofactor.extensions import db
from twofactor.models import User
from twofactor.models.database import transaction
from twofactor.verify import passwords
from twofactor.verify.passwords import BadPassword


def stored(cast: Cast, email: str) -> str:
    with cast.app.app_context():
        row = select(User.password_hash).where(User.email == email)
        return db.session.scalars(row).one()


def test_s78_passwords_are_argon2id_of_the_right_size() -> None:
    found = extract_parameters(passwords.hashed("a quiet lake"))
    assert (found.type.name, found.memory_cost >= 19_456) == ("ID", True)
    assert (found.time_cost >= 2, found.parallelism >= 1) == (True, True)


@pytest.mark.parametrize(
    "password",
    ["", "short", "1234567", "password", "PassWord", "qwertyuiop", "12345678", "aaaaaaaaaa",
     "sixdigits", "alice@example.com", "x" * 129, "ｐａｓｓｗｏｒｄ", "\ufdfa" * 100],
)  # fmt: skip
def test_s78_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(BadPassword):
        passwords.check_strength(password, "Sixdigits", ALICE)


@pytest.mark.parametrize(
    "password",
    ["a quiet lake", "ü" * 5 + "abc", "only lower case words", "🌊" * 4 + "wave"],
)
def test_s78_there_are_no_other_rules(password: str) -> None:
    passwords.check_strength(password, "Sixdigits", ALICE)
    assert passwords.is_right(passwords.hashed(password), password)


def test_s78_all_of_a_long_password_counts() -> None:
    kept = passwords.hashed("x1" * 64)
    assert not passwords.is_right(kept, "x1" * 64 + "y")


def test_s78_two_spellings_of_unicode_are_one_password() -> None:
    assert passwords.is_right(passwords.hashed("caf\u00e9 at dawn"), "cafe\u0301 at dawn")


def test_s78_nobody_has_an_empty_hash() -> None:
    assert not passwords.is_right("", "nobody has this password")
    assert not passwords.is_right("not a hash", "x")


def test_s78_an_old_hash_is_renewed_at_the_next_login(cast: Cast) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    with cast.app.app_context(), transaction():
        db.session.scalars(select(User).where(User.email == BOB)).one().password_hash = weak
    cast.logged_in(BOB)
    renewed = stored(cast, BOB)
    assert renewed != weak
    assert not passwords.needs_rehash(renewed)
    cast.logged_in(BOB)
    assert stored(cast, BOB) == renewed


def test_s78_fifteen_characters_are_advised_wherever_a_password_is_chosen(cast: Cast) -> None:
    browser = cast.logged_in(BOB)
    for path in ("/signup", "/account/password"):
        assert "At least 8 characters; 15 or more are better" in browser.get(path).text


def test_s78_a_weak_password_is_refused_at_the_door_with_the_mend(cast: Cast) -> None:
    answer = Browser(cast.app).post("/signup", email="new@example.com", password="password")
    assert "Choose another" in alert(answer)
