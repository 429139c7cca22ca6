"""What every verb works with: settings, time, keys and gateways, handed on as one argument."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from twofactor import randomness
from twofactor.clock import Clock
from twofactor.config.settings import Settings
from twofactor.crypto import Keyring
from twofactor.gateways.base import Gateway
from twofactor.risk import Lookup, NoLookup


@dataclass(slots=True)
class Recent:
    """What was read a moment ago, so that not every text asks the database again."""

    value: Any = None
    read_at: datetime | None = None

    def forget(self) -> None:
        self.read_at = None


@dataclass(frozen=True)
class Kit:
    """Composed once by `wsgi.py`; nothing in it changes while the process lives, but what it
    remembers for seconds."""

    settings: Settings
    clock: Clock
    keyring: Keyring
    gateways: Mapping[str, Gateway]  # in the operator's order of preference
    chance: Callable[[], float] = randomness.fraction  # 0 to 1; for exploring routes
    risk: Lookup = NoLookup()
    text_edits: Recent = field(default_factory=Recent)

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
