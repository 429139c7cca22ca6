"""The keyring: sealed for one place, found by fingerprint, rotated (S-11, S-74)."""

import pytest

from twofactor.crypto import Keyring, Unreadable

OLD, NEW = b"o" * 32, b"n" * 32
SECRET = "an invented secret key of the tests"


def test_a_sealed_text_opens_at_its_place_only() -> None:
    keyring = Keyring(SECRET, [OLD])
    sealed = keyring.seal("+12025550123", "users.phone:1")
    assert keyring.unseal(sealed, "users.phone:1") == "+12025550123"
    with pytest.raises(Unreadable):
        keyring.unseal(sealed, "users.phone:2")


@pytest.mark.parametrize("position", [0, 4, 16, -1])
def test_a_damaged_text_opens_nowhere(position: int) -> None:
    keyring = Keyring(SECRET, [OLD])
    sealed = bytearray(keyring.seal("text", "place"))
    sealed[position] ^= 1
    with pytest.raises(Unreadable):
        keyring.unseal(bytes(sealed), "place")


@pytest.mark.parametrize("sealed", [b"", b"x", b"x" * 15, b"x" * 40])
def test_what_was_never_sealed_is_unreadable(sealed: bytes) -> None:
    with pytest.raises(Unreadable):
        Keyring(SECRET, [OLD]).unseal(sealed, "place")


def test_the_same_text_is_sealed_differently_every_time() -> None:
    keyring = Keyring(SECRET, [OLD])
    assert len({keyring.seal("text", "place") for _ in range(50)}) == 50


def test_s74_after_a_rotation_the_old_key_still_opens_and_verifies() -> None:
    before, after = Keyring(SECRET, [OLD]), Keyring(SECRET, [NEW, OLD])
    sealed, digest = before.seal("text", "place"), before.digest_code("VE1", "012345")
    assert after.unseal(sealed, "place") == "text"
    assert after.is_code("VE1", "012345", digest)
    assert (after.is_newest(sealed), after.is_newest(after.seal("x", "y"))) == (False, True)
    newest = Keyring(SECRET, [NEW]).fingerprint("v")
    assert after.fingerprints("v") == (newest, before.fingerprint("v"))
    assert after.hash_token("t") == before.hash_token("t")  # nobody is logged out


def test_s74_a_dropped_key_opens_nothing_and_fits_no_code() -> None:
    before, after = Keyring(SECRET, [OLD]), Keyring(SECRET, [NEW])
    with pytest.raises(Unreadable):
        after.unseal(before.seal("text", "place"), "place")
    assert not after.is_code("VE1", "012345", before.digest_code("VE1", "012345"))


def test_a_digest_is_bound_to_its_verification() -> None:
    keyring = Keyring(SECRET, [OLD])
    assert not keyring.is_code("VE2", "012345", keyring.digest_code("VE1", "012345"))
    assert not keyring.is_code("VE1", "012346", keyring.digest_code("VE1", "012345"))


def test_the_keyring_shows_nothing_of_itself() -> None:
    assert SECRET not in repr(Keyring(SECRET, [OLD]))
    assert "ooo" not in repr(vars(Keyring(SECRET, [OLD])).get("_keys"))


def test_pseudonyms_of_two_kinds_differ() -> None:
    keyring = Keyring(SECRET, [OLD])
    assert keyring.pseudonym("a", "b") != keyring.pseudonym("b", "b")
    assert keyring.pseudonym("a", "b") == Keyring(SECRET, [NEW]).pseudonym("a", "b")
