"""flask simulate: live through a world and print what came of it."""

import csv
import io
import json
from dataclasses import replace

import click
from flask.cli import with_appcontext

from cli.simulate import strategies
from cli.simulate.product import Compose
from cli.simulate.report import Figures, figures
from cli.simulate.scenarios import SCENARIOS
from cli.simulate.world import Run, live
from twofactor.house import house
from twofactor.words import Policy

COLUMNS = (
    ("strategy", "{}"),
    ("within_30", "{:.1%}"),
    ("within_60", "{:.1%}"),
    ("logged_in", "{:.1%}"),
    ("median_wait", "{:.1f} s"),
    ("texts_per_login", "{:.2f}"),
    ("cost_per_login", "{:.4f}"),
    ("attackers_texts", "{}"),
    ("attackers_cost", "{:.2f}"),
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
    @click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
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
        click.echo(rendered(found, form), nl=False)

    return simulate


def rendered(found: list[Figures], form: str) -> str:
    """The figures as a table, as CSV or as JSON."""
    rows = [one.as_dict() for one in found]
    if form == "json":
        return json.dumps(rows, indent=1) + "\n"
    text = io.StringIO()
    if form == "csv":
        writer = csv.DictWriter(text, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()
    cells = [[name.replace("_", " ") for name, _ in COLUMNS]]
    cells += [
        ["–" if row[name] is None else shape.format(row[name]) for name, shape in COLUMNS]
        for row in rows
    ]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        text.write("  ".join(padded).rstrip() + "\n")
    return text.getvalue()
