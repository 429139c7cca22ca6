"""Below the doors nobody knows of HTTP requests, of the running app, or of the environment."""

import ast
from collections.abc import Iterator

from tests.structure.tree import Source, imports, product

DOOR_WORDS = {"request", "session", "current_app", "g"}
SETTINGS_READERS = {"twofactor.config", "twofactor.extensions"}
DOOR_KEY = "twofactor.house"  # how the doors, and only they, reach what wsgi.py put together


def below() -> Iterator[Source]:
    """Every file of the product under the doors."""
    for source in product():
        if source.module.startswith("twofactor") and source.module not in SETTINGS_READERS:
            yield source


def attributes(source: Source) -> Iterator[tuple[int, str]]:
    """Every dotted name of a file that is an attribute, with its line."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, ast.unparse(node)


def test_nobody_touches_the_request_or_the_app() -> None:
    faults = [
        f"{found}: from flask import {found.name}"
        for source in below()
        if source.module != DOOR_KEY
        for found in imports(source)
        if found.module == "flask" and found.name in DOOR_WORDS
    ]
    for source in below():
        faults += [
            f"{source}:{line}: {name}"
            for line, name in attributes(source)
            if name in {f"flask.{word}" for word in DOOR_WORDS}
        ]
    assert not faults, "\n".join(faults)


def test_nobody_reads_the_environment() -> None:
    readers = {"os.environ", "os.environb", "os.getenv", "os.putenv"}
    faults = [
        f"{found}: from os import {found.name}"
        for source in below()
        for found in imports(source)
        if f"{found.module}.{found.name}" in readers
    ]
    for source in below():
        faults += [
            f"{source}:{line}: {name}" for line, name in attributes(source) if name in readers
        ]
    assert not faults, "settings come in by argument:\n" + "\n".join(faults)
