"""Hangs every command into the app."""

from collections.abc import Callable

import click
from flask import Flask

from cli.batches import batches
from cli.doctor import doctor
from cli.group import Group, Ready
from cli.keys import keys
from cli.operators import operators
from cli.restored import restored
from cli.texts import texts
from cli.users import users
from cli.worker import worker

GROUPS: tuple[Group, ...] = (operators, users, batches, keys)
PLAIN: tuple[click.Command, ...] = (texts, doctor)  # need no tables, or look at their state
COMMANDS: tuple[Ready, ...] = (worker, restored)


def install(app: Flask, make_ready: Callable[[], None]) -> None:
    """Register all; each makes the database ready before its verb runs."""
    for group in GROUPS:
        group.make_ready = make_ready
        app.cli.add_command(group)
    for plain in PLAIN:
        app.cli.add_command(plain)
    for command in COMMANDS:
        command.make_ready = make_ready
        app.cli.add_command(command)
