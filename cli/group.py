"""Commands that work on a database which is up to date."""

from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup


class Group(AppGroup):
    """`flask <group> <verb>`; makes the database ready first."""

    make_ready: Callable[[], None] | None = None

    def invoke(self, ctx: click.Context) -> Any:
        if self.make_ready is not None:
            self.make_ready()
        return super().invoke(ctx)


class Ready(click.Command):
    """`flask <verb>`; makes the database ready first."""

    make_ready: Callable[[], None] | None = None

    def invoke(self, ctx: click.Context) -> Any:
        if self.make_ready is not None:
            self.make_ready()
        return super().invoke(ctx)
