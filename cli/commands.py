"""Hangs every command group into the app."""

from collections.abc import Callable

from flask import Flask

from cli.demo.command import demo
from cli.group import Group, Single
from cli.messages import messages
from cli.operators import operators
from cli.stats import stats

GROUPS: tuple[Group | Single, ...] = (operators, messages, stats, demo)


def install(app: Flask, make_ready: Callable[[], None]) -> None:
    """Register the groups; each makes the database ready before its verb runs."""
    for group in GROUPS:
        group.make_ready = make_ready
        app.cli.add_command(group)
