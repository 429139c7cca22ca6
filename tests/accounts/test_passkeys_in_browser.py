"""Passkeys in Chromium, with its virtual authenticator."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.accounts.live import Served, served
from tests.cast import ALICE, ALICE_PHONE, BOB, PASSWORD


@pytest.fixture
def house(tmp_path: Path, chromium: Browser) -> Iterator[Served]:
    with served(tmp_path, chromium) as made:
        yield made


def add_passkey(house: Served, name: str = "My laptop") -> None:
    house.page.goto(f"{house.url}/account/passkeys")
    house.page.get_by_label("Name", exact=True).fill(name)
    house.page.get_by_role("button", name="Add a passkey").click()
    expect(house.page.get_by_text("Your passkey is added")).to_be_visible()


def test_she_signs_up_with_a_passkey_and_never_gives_a_phone(house: Served) -> None:
    page = house.page
    page.goto(f"{house.url}/signup")
    page.get_by_label("E-mail address").fill("nora@example.com")
    page.get_by_label("Password", exact=True).fill("four words never seen together")
    expect(page.get_by_text("Good and long")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("A thief may talk your carrier")).to_be_visible()
    page.get_by_role("link", name="Use a passkey").click()
    house.add_authenticator()
    house.press("Add a passkey")
    expect(page.get_by_text("Two steps are on")).to_be_visible()
    house.log_out()
    expect(page).to_have_url(f"{house.url}/account")
    assert house.cast.deliver() == 0


def test_bob_signs_in_with_nothing_but_a_passkey(house: Served) -> None:
    house.log_in(BOB, PASSWORD)
    house.add_authenticator()
    add_passkey(house)
    expect(house.page.get_by_text("Two steps are on")).to_be_visible()
    house.log_out()
    # The virtual device answers the browser's autofill request by itself.
    expect(house.page).to_have_url(f"{house.url}/account")
    assert house.cast.texts() == []


def test_a_passkey_is_the_second_factor_after_the_password(house: Served) -> None:
    house.log_in(BOB, PASSWORD)
    device = house.add_authenticator()
    add_passkey(house)
    house.devtools.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": device, "enabled": False}
    )
    house.log_out()
    house.log_in(BOB, PASSWORD)
    expect(house.page).to_have_url(f"{house.url}/login/other")
    house.devtools.send(
        "WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": device, "enabled": True}
    )
    house.press("Use a passkey")
    expect(house.page).to_have_url(f"{house.url}/account")


def test_a_passkey_steps_up(house: Served) -> None:
    house.log_in(BOB, PASSWORD)
    house.add_authenticator()
    add_passkey(house)
    house.clock.advance(301)
    house.page.goto(f"{house.url}/account/app")
    expect(house.page).to_have_url(f"{house.url}/account/confirm")
    house.press("Use a passkey")
    expect(house.page).to_have_url(f"{house.url}/account/app")


def test_it_is_renamed_and_removed(house: Served) -> None:
    house.log_in(ALICE, PASSWORD)
    house.page.get_by_label("Security code").fill(house.cast.code(ALICE_PHONE))
    house.page.get_by_role("button", name="Continue").click()
    house.add_authenticator()
    add_passkey(house, "Old name")
    house.page.goto(f"{house.url}/account/passkeys")
    house.page.get_by_text("Rename Old name").click()
    house.page.get_by_label("New name for Old name").fill("New name")
    house.page.get_by_role("button", name="Rename").click()
    expect(house.page.get_by_role("heading", name="New name")).to_be_visible()
    house.page.get_by_role("button", name="Remove New name").click()
    expect(house.page.get_by_text("The passkey was removed")).to_be_visible()


def test_the_same_device_is_not_added_twice(house: Served) -> None:
    house.log_in(BOB, PASSWORD)
    house.add_authenticator()
    add_passkey(house)
    house.page.goto(f"{house.url}/account/passkeys")
    house.page.get_by_role("button", name="Add a passkey").click()
    expect(house.page.get_by_text("That did not work")).to_be_visible()


def test_one_that_knows_no_owner_does_not_log_in_alone(house: Served) -> None:
    house.log_in(BOB, PASSWORD)
    device = house.add_authenticator()
    add_passkey(house)
    house.devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False}
    )
    house.log_out()
    house.at("/login")
    house.press("Log in with a passkey")
    expect(house.page.get_by_text("That did not work")).to_be_visible()
    house.page.goto(f"{house.url}/account")
    expect(house.page).to_have_url(f"{house.url}/login?next=/account")
