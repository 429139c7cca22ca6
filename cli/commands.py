"""Hangs every command group into the app."""

from collections.abc import Callable

from flask import Flask

from cli.demo.command import demo
from cli.gateways import gateways
from cli.group import Group, Single
from cli.messages import messages
from cli.operators import operators
from cli.services import services_group
from cli.simulate import command as simulation
from cli.simulate.composed import Compose
from cli.stats import stats
from cli.webhooks import webhooks_group

GROUPS: tuple[Group | Single, ...] = (
    operators,
    gateways,
    services_group,
    webhooks_group,
    messages,
    stats,
    demo,
)


def install(app: Flask, make_ready: Callable[[], None], compose: Compose) -> None:
    """Register the groups; each makes the database ready before its verb runs. `compose` makes
    another app, for a simulated world."""
    for group in GROUPS:
        group.make_ready = make_ready
        app.cli.add_command(group)
    app.cli.add_command(simulation.command(compose))
