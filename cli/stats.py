"""flask stats: delivery and conversion, from the same roll-ups as the page."""

import click

from cli.group import Group
from cli.output import format_option, show
from twofactor.house import house
from twofactor.sms.stats import periods, rows
from twofactor.sms.stats.history import cells

BY = f"Of {', '.join(rows.BY)}."

stats = Group("stats", help="Figures of what was sent.")


@stats.command("deliveries")
@click.option(
    "--since", default=periods.DEFAULT, show_default=True, help="15m, 24h, 7d, 2026-11-01 …"
)
@click.option("--by", "dimensions", default="gateway,country", show_default=True, help=BY)
@format_option(default="json", on_terminal="table")
def deliveries(since: str, dimensions: str, form: str) -> None:
    """Delivery, conversion, latency and cost of attempts.

    Example: flask stats deliveries --since 7d --by gateway,country --format json
    """
    try:
        by = rows.split(dimensions)
        period = periods.period(since, house().kit.now())
    except (ValueError, OverflowError) as error:
        raise click.UsageError(str(error)) from error
    columns, found = rows.table(by, cells(period), {})
    show(form, columns if form == "table" or not found else list(found[0]), found)
