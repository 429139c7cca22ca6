"""What production refuses to start with (S-72)."""

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from sqlalchemy.engine import make_url

from twofactor.config.faults import Fault
from twofactor.config.fields import PREFIX
from twofactor.config.keys import MAKE_DATA_KEY, MAKE_SECRET_KEY
from twofactor.config.settings import Settings

SECRET_KEY_BYTES = 32
OTHERS = stat.S_IRWXG | stat.S_IRWXO
TRUE_WORDS = ("1", "true", "yes", "on")


class GatewayField(Protocol):
    """What the settings must know of one gateway credential."""

    @property
    def required(self) -> bool: ...
    @property
    def default(self) -> str: ...
    @property
    def min_length(self) -> int: ...


def refusals(
    settings: Settings,
    environ: Mapping[str, str],
    gateways: Mapping[str, Mapping[str, GatewayField]],
) -> list[Fault]:
    """One fault for every unsafe setting; an empty list means: safe to start."""
    return [
        *_keys(settings),
        *_surroundings(settings, environ),
        *_database(settings),
        *_gateways(settings, gateways),
    ]


def _keys(settings: Settings) -> list[Fault]:
    faults, key = [], settings.secret_key
    if not key:
        faults.append(Fault(PREFIX + "SECRET_KEY", "missing", MAKE_SECRET_KEY))
    elif len(key.encode()) < SECRET_KEY_BYTES or len(set(key)) < 8:
        problem = f"shorter than {SECRET_KEY_BYTES} bytes or guessable"
        faults.append(Fault(PREFIX + "SECRET_KEY", problem, MAKE_SECRET_KEY))
    if not settings.data_keys:
        faults.append(Fault(PREFIX + "DATA_KEYS", "missing", MAKE_DATA_KEY))
    return faults


def _surroundings(settings: Settings, environ: Mapping[str, str]) -> list[Fault]:
    faults = []
    if not settings.is_https:
        faults.append(
            Fault(PREFIX + "PUBLIC_URL", "not https", "Give the https address people open.")
        )
    if environ.get("FLASK_DEBUG", "").lower() in TRUE_WORDS:
        faults.append(Fault("FLASK_DEBUG", "debug is on", "Unset it in production."))
    if not settings.limits:
        faults.append(Fault(PREFIX + "LIMITS", "limits are off", "Unset it in production."))
    return faults


def _database(settings: Settings) -> list[Fault]:
    """A file that others of the machine may read is no place for accounts."""
    url = make_url(settings.database_url)
    path = Path(url.database or "")
    if url.get_backend_name() != "sqlite" or not path.is_file():
        return []
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & OTHERS:
        return []
    problem = f"others may open the database file (mode {mode:04o})"
    return [Fault(PREFIX + "DATABASE_URL", problem, f"Type: chmod 600 {path}*")]


def _gateways(
    settings: Settings, gateways: Mapping[str, Mapping[str, GatewayField]]
) -> list[Fault]:
    faults = []
    for gateway in settings.gateways:
        if gateway == "simulator":
            faults.append(
                Fault(PREFIX + "GATEWAYS", "the simulator sends nothing", "Name a real gateway.")
            )
            continue
        given = settings.gateway_settings.get(gateway, {})
        for name, field in gateways[gateway].items():
            value = given.get(name) or field.default
            full = f"{PREFIX}{gateway.upper()}_{name}"
            if field.required and not value:
                faults.append(Fault(full, "empty", f"Fill it in, or drop {gateway} from GATEWAYS."))
            elif value and len(value) < field.min_length:
                faults.append(
                    Fault(full, f"shorter than {field.min_length} characters", "Use a longer one.")
                )
    return faults
