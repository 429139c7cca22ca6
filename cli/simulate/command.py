"""flask simulate: live through a world and print what came of it."""

from dataclasses import replace

import click
from flask.cli import with_appcontext

from cli.output import format_option, show
from cli.simulate import strategies
from cli.simulate.composed import Compose
from cli.simulate.report import Figures, figures
from cli.simulate.scenarios import SCENARIOS
from cli.simulate.world import Run, live
from twofactor.house import house
from twofactor.words import Policy

COLUMNS = (
    "strategy",
    "within_30",
    "within_60",
    "logged_in",
    "median_wait",
    "texts_per_login",
    "cost_per_login",
    "attackers_texts",
    "attackers_cost",
)


def command(compose: Compose) -> click.Command:
    """The command; `compose` makes the app that the world stands around."""

    @click.command("simulate")
    @click.option("--users", type=click.IntRange(1, 100_000), default=300, show_default=True)
    @click.option("--minutes", type=click.IntRange(1, 24 * 60), default=60, show_default=True)
    @click.option("--scenario", type=click.Choice(list(SCENARIOS)), default="calm")
    @click.option("--seed", type=int, default=1, show_default=True)
    @click.option("--policy", type=click.Choice([policy.value for policy in Policy]))
    @click.option("--baselines/--no-baselines", default=True, help="Compare with simpler ways.")
    @format_option()
    @with_appcontext
    def simulate(
        users: int,
        minutes: int,
        scenario: str,
        seed: int,
        policy: str | None,
        baselines: bool,
        form: str,
    ) -> None:
        """Drive the product with simulated people and gateways in quick time.

        Example: flask simulate --users 300 --minutes 60 --scenario outage --seed 7
        """
        settings = house().kit.settings
        if policy is not None:
            settings = replace(settings, routing=replace(settings.routing, policy=policy))
        chosen = strategies.STRATEGIES if baselines else (strategies.OURS,)
        found: list[Figures] = []
        for strategy in chosen:
            click.echo(f"Living through {scenario!r} with {strategy} …", err=True)
            run = Run(SCENARIOS[scenario], users, minutes, seed, strategy)
            found.append(figures(live(compose, settings, run)))
        click.echo(SCENARIOS[scenario].told, err=True)
        show(form, COLUMNS, [one.as_dict() for one in found])

    return simulate
