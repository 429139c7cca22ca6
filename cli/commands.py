"""Hangs every command into the app."""

from collections.abc import Callable

from flask import Flask

from cli.batches import batches
from cli.group import Group, Ready
from cli.operators import operators
from cli.texts import texts
from cli.users import users
from cli.worker import worker

GROUPS: tuple[Group, ...] = (operators, users, batches)
COMMANDS: tuple[Ready, ...] = (worker,)


def install(app: Flask, make_ready: Callable[[], None]) -> None:
    """Register all; each makes the database ready before its verb runs."""
    for group in GROUPS:
        group.make_ready = make_ready
        app.cli.add_command(group)
    for plain in (texts,):
        app.cli.add_command(plain)
    for command in COMMANDS:
        command.make_ready = make_ready
        app.cli.add_command(command)
