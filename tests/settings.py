"""Settings of a house on a table."""

from collections.abc import Mapping
from pathlib import Path

from twofactor import gateways
from twofactor.config.load import load
from twofactor.config.settings import Settings


def settings_for(folder: Path, **values: str) -> Settings:
    """Development settings with the database in `folder`; `values` without prefix."""
    database = f"sqlite:///{folder / 'test.sqlite3'}"
    return settings_from({"DATABASE_URL": database, "LIMITS": "on", **values}, folder)


def settings_from(values: Mapping[str, str], instance: Path) -> Settings:
    """What the environment would give with exactly these values."""
    fields = {
        name: {credential.name: credential for credential in gateways.load(name).credentials}
        for name in gateways.names()
    }
    environ = {f"SIXDIGITS_{name}": value for name, value in values.items()}
    return load(environ, instance, fields)
