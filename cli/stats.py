"""flask stats: delivery and conversion, from the same roll-ups as the page."""

import click

from cli.group import Group
from cli.output import format_option, show
from twofactor.house import house
from twofactor.models.rollups import SPLIT
from twofactor.sms.stats import periods
from twofactor.sms.stats.history import cells, grouped
from twofactor.sms.stats.rows import COLUMNS, row

stats = Group("stats", help="Figures of what was sent.")


@stats.command("deliveries")
@click.option("--since", default=periods.DEFAULT, show_default=True, help="24h, 7d, 2026-11-01 …")
@click.option("--by", "dimensions", default="gateway,country", show_default=True)
@format_option(default="json", on_terminal="table")
def deliveries(since: str, dimensions: str, form: str) -> None:
    """Delivery, conversion, latency and cost of attempts.

    Example: flask stats deliveries --since 7d --by gateway,country --format json
    """
    by = [name.strip() for name in dimensions.split(",") if name.strip()]
    unknown = [name for name in by if name not in SPLIT]
    if unknown:
        raise click.UsageError(
            f"{', '.join(unknown)}: rows can't be split so. Use {', '.join(SPLIT)}."
        )
    try:
        period = periods.period(since, house().kit.now())
    except (ValueError, OverflowError) as error:
        raise click.UsageError(f"--since {since}: {error}") from error
    groups = grouped(by, cells(period), {})
    rows = [row(dict(zip(by, names, strict=True)), figures) for names, figures in groups.items()]
    show(form, [*by, *COLUMNS], rows)
