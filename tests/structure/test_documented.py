"""Nothing that outside people rely on is undocumented."""

import re
from functools import cache

import pytest

from tests.structure.declared import (
    composed,
    core_settings,
    env_example,
    gateway_settings,
)
from tests.structure.tree import ROOT
from twofactor import gateways

# Flask's own and Flask-Migrate's: they hang on the `flask` command, not on the app.
BORROWED_COMMANDS = ("run", "db upgrade")


@cache
def page(place: str) -> str:
    """A page of the docs; empty while nobody has written it."""
    path = ROOT / place
    return path.read_text() if path.exists() else ""


def names(text: str, address: str) -> bool:
    """Whether the text holds this very address, and not only a longer one that begins alike."""
    return re.search(rf"(?<![\w>/-]){re.escape(address)}(?![\w</-])", text) is not None


def test_every_setting_stands_in_the_settings_page() -> None:
    missing = [s.name for s in core_settings() if f"`{s.name}`" not in page(s.place)]
    assert not missing, f"describe in docs/settings.md: {missing}"


@pytest.mark.parametrize("gateway", gateways.names())
def test_every_gateway_has_a_page_with_its_settings(gateway: str) -> None:
    place = f"docs/gateways/{gateway}.md"
    missing = [s.name for s in gateway_settings(gateway) if f"`{s.name}`" not in page(place)]
    assert page(place), f"write {place}"
    assert not missing, f"describe in {place}: {missing}"


def test_every_command_stands_in_the_commands_page() -> None:
    commands = (*BORROWED_COMMANDS, *composed().commands)
    missing = [c for c in commands if not names(page("docs/commands.md"), f"flask {c}")]
    assert not missing, f"describe in docs/commands.md: {missing}"


def test_every_route_stands_in_the_addresses_page() -> None:
    plain = [re.sub(r"<[^<>:]+:(\w+)>", r"<\1>", rule) for rule in composed().routes]
    missing = [rule for rule in plain if not names(page("docs/addresses.md"), rule)]
    assert not missing, f"describe in docs/addresses.md: {missing}"


def test_the_addresses_page_names_only_routes_there_are() -> None:
    routes = {re.sub(r"<[^<>:]+:(\w+)>", r"<\1>", rule) for rule in composed().routes}
    lines = [line for line in page("docs/addresses.md").splitlines() if line.startswith("| `")]
    cells = [line.split("|")[1] for line in lines]
    told = {a for cell in cells for a in re.findall(r"`(?:[A-Z,]+ )?(/[^\s`?]*)`", cell)}
    assert not told - routes, f"build them or drop the line: {sorted(told - routes)}"


def test_the_index_names_every_page() -> None:
    index = page("docs/README.md")
    pages = [str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")]
    missing = [p for p in pages if p != "README.md" and f"({p})" not in index]
    assert not missing, f"link in docs/README.md: {missing}"


def test_the_index_links_only_to_pages_there_are() -> None:
    links = re.findall(r"\]\(([^)]+)\)", page("docs/README.md"))
    dead = [link for link in links if not (ROOT / "docs" / link).exists()]
    assert not dead, f"write them or drop the link: {dead}"


def test_the_example_environment_holds_every_setting_with_its_default() -> None:
    remedy = "python -m tests.structure.declared > .env.example"
    assert page(".env.example") == env_example(), f"write it anew: {remedy}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`GET /login`", True),
        ("`/login/code`", False),
        ("/login, /help", True),
        ("/a/login", False),
    ],
)
def test_a_longer_address_does_not_document_a_shorter_one(text: str, found: bool) -> None:
    assert names(text, "/login") is found
