"""Long work shows a bar on a terminal, and plain lines where nobody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

LINES = 10  # plain lines from start to end


@contextmanager
def progress(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """Gives `advance(steps)`; writes to standard error, so that output can be piped."""
    if sys.stderr.isatty():
        with click.progressbar(length=total, label=label, file=sys.stderr) as bar:
            yield bar.update
        return
    done = said = 0

    def advance(steps: int) -> None:
        nonlocal done, said
        done += steps
        share = done * LINES // max(1, total)
        if share > said:
            said = share
            click.echo(f"{label}: {done} of {total}", err=True)

    yield advance
