"""An operator's shell: `run("users", "import", …)` on a database that is up to date."""

from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from tests.stamp import stamp

Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Types a command; `input` is what is typed when it asks."""
    stamp(app)

    def type_it(*words: str, **options: str) -> Result:
        return app.test_cli_runner().invoke(args=list(words), **options)

    return type_it
