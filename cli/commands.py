"""Hangs every command into the app."""

from collections.abc import Callable

import click
from flask import Flask

from cli.batches import batches
from cli.demo.command import demo
from cli.doctor import doctor
from cli.gateways import gateways
from cli.group import Group, Ready
from cli.keys import keys
from cli.messages import messages
from cli.operators import operators
from cli.privacy import privacy_group
from cli.restored import restored
from cli.services import services_group
from cli.simulate import command as simulation
from cli.simulate.composed import Compose
from cli.stats import stats
from cli.texts import texts
from cli.users import users
from cli.webhooks import webhooks_group
from cli.worker import worker

READY: tuple[Group | Ready, ...] = (
    operators,
    users,
    privacy_group,
    batches,
    keys,
    gateways,
    services_group,
    webhooks_group,
    messages,
    stats,
    texts,
    demo,
    worker,
    restored,
)
PLAIN: tuple[click.Command, ...] = (doctor,)  # looks at the state of the tables


def install(app: Flask, make_ready: Callable[[], None], compose: Compose) -> None:
    """Register all; each of `READY` makes the database ready before its verb runs. `compose` makes
    another app, for a simulated world."""
    for command in READY:
        command.make_ready = make_ready
        app.cli.add_command(command)
    for plain in PLAIN:
        app.cli.add_command(plain)
    app.cli.add_command(simulation.command(compose))
