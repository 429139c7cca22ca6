"""What is imported is declared, and what is declared is locked with hashes."""

import re
import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.structure.tree import ROOT, imports, is_own, product

INPUTS = ("requirements", "requirements-scale", "requirements-dev")
PRODUCT_INPUTS = ("requirements", "requirements-scale")


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def declared(*inputs: str) -> frozenset[str]:
    """The names in these requirements*.in."""
    lines = [line for name in inputs for line in (ROOT / f"{name}.in").read_text().splitlines()]
    found = [re.match(r"[A-Za-z0-9][\w.-]*", line) for line in lines]
    return frozenset(normal(match.group()) for match in found if match)


def locked(name: str) -> dict[str, str]:
    """Name to the whole entry, hashes included, of one lock."""
    text = re.sub(r"\\\n", "", Path(ROOT, f"{name}.txt").read_text())
    entries = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    return {normal(re.split(r"[=\[ ;]", entry)[0]): entry for entry in entries}


@pytest.mark.parametrize("name", INPUTS)
def test_every_entry_is_pinned_and_has_hashes(name: str) -> None:
    bad = [
        entry[:60]
        for entry in locked(name).values()
        if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry) or "--hash=sha256:" not in entry
    ]
    assert not bad, f"make lock: {bad}"


@pytest.mark.parametrize("name", INPUTS)
def test_everything_declared_is_locked(name: str) -> None:
    missing = declared(name) - set(locked(name))
    assert not missing, f"make lock: {sorted(missing)}"


def test_the_extras_that_packages_ask_for_are_locked_with_them() -> None:
    """Else pip looks for the newest package with that extra, and stops because no line pins it."""
    entries = {name: entry for one in INPUTS for name, entry in locked(one).items()}
    missing = {
        str(wanted)
        for name in entries
        for wanted in needs(name)
        if normal(wanted.name) in entries
        and not wanted.extras <= extras_of(entries[normal(wanted.name)])
    }
    assert not missing, f"make lock: {sorted(missing)}"


def needs(name: str) -> list[Requirement]:
    """What an installed package wants here, as far as it names no extra of its own."""
    try:
        wanted = [Requirement(text) for text in requires(name) or ()]
    except PackageNotFoundError:  # for another platform
        return []
    return [one for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]


def extras_of(entry: str) -> set[str]:
    """The extras that a line of a lock pins."""
    found = re.match(r"[\w.-]+\[([\w,-]+)\]", entry)
    return set(found[1].split(",")) if found else set()


def test_the_product_imports_only_what_it_declares() -> None:
    owners = packages_distributions()
    faults = set()
    for source in product():
        for found in imports(source):
            top = found.module.split(".")[0]
            if is_own(found.module) or top in sys.stdlib_module_names:
                continue
            if not {normal(owner) for owner in owners.get(top, ())} & declared(*PRODUCT_INPUTS):
                faults.add(f"{found}: {top}")
    assert not faults, "name it in requirements.in and `make lock`:\n" + "\n".join(sorted(faults))
