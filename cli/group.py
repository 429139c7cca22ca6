"""A group of commands that work on a database which is up to date."""

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


class Single(click.Command):
    """`flask <verb>` that stands alone; makes the database ready first."""

    make_ready: Callable[[], None] | None = None

    def invoke(self, ctx: click.Context) -> Any:
        if self.make_ready is not None:
            self.make_ready()
        return super().invoke(ctx)
