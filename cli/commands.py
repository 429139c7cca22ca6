"""Hangs every command group into the app."""

from collections.abc import Callable

from flask import Flask

from cli.group import Group
from cli.operators import operators
from cli.privacy import privacy_group
from cli.users import users_group

GROUPS: tuple[Group, ...] = (operators, users_group, privacy_group)


def install(app: Flask, make_ready: Callable[[], None]) -> None:
    """Register the groups; each makes the database ready before its verb runs."""
    for group in GROUPS:
        group.make_ready = make_ready
        app.cli.add_command(group)
