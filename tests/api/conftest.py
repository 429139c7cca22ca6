"""A program at the third door."""

import pytest
from flask import Flask

from tests.api.program import Program
from twofactor.words import Scope


@pytest.fixture
def shop(app: Flask) -> Program:
    """An ordinary program."""
    return Program(app)


@pytest.fixture
def trusted(app: Flask) -> Program:
    """One whose key has every scope."""
    return Program(app, "Trusted", tuple(Scope))
