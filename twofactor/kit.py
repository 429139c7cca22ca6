"""What every verb works with: settings, time, keys and gateways, handed on as one argument."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from twofactor.clock import Clock
from twofactor.config.settings import Settings
from twofactor.crypto import Keyring
from twofactor.gateways.base import Gateway
from twofactor.risk import Lookup, NoLookup


@dataclass(frozen=True)
class Kit:
    """Composed once by `wsgi.py`; nothing in it changes while the process lives."""

    settings: Settings
    clock: Clock
    keyring: Keyring
    gateways: Mapping[str, Gateway]  # in the operator's order of preference
    chance: Callable[[], float] = secrets.SystemRandom().random  # 0 to 1; for exploring routes
    risk: Lookup = NoLookup()

    def now(self) -> datetime:
        return self.clock.now()

    @property
    def is_answerable(self) -> bool:
        """True when people can answer any text, whichever gateway it goes by."""
        return all(gateway.is_answerable for gateway in self.gateways.values())


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is at the door: the peer's address, and the browser's own name for itself."""

    address: str
    user_agent: str = ""
