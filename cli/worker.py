"""flask worker: one distributed worker."""

import click
from flask.cli import with_appcontext

from cli.group import Ready
from twofactor.house import house


@click.command("worker", cls=Ready)
@with_appcontext
def worker() -> None:
    """Send texts until told to stop (SIGTERM finishes those in hand).

    Needs SIXDIGITS_WORKERS=distributed and SIXDIGITS_REDIS_URL. Start as many as you like, on any
    machine that reaches the database and Redis or Valkey.
    """
    work = house().work
    if work is None:
        raise click.UsageError(
            "Workers of their own need SIXDIGITS_WORKERS=distributed; now the app sends by itself."
        )
    click.echo(" * A worker is sending. Stop it with Ctrl-C or SIGTERM.", err=True)
    work()
