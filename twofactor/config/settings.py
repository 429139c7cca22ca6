"""The settings the whole product reads: one frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Literal
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class CodeRules:
    """Bounds of one code."""

    length: int
    lifetime_seconds: int
    max_checks: int
    max_sends: int
    resend_waits: tuple[int, ...]  # seconds before the second, third … text; the last repeats

    def wait_after(self, sends: int) -> int:
        """Seconds to wait after the `sends`th text."""
        return self.resend_waits[min(sends, len(self.resend_waits)) - 1]


@dataclass(frozen=True, slots=True)
class RoutingRules:
    """How gateways are ranked; shares from 0 to 1."""

    policy: str  # words.Policy
    margin: float
    explore: float
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class MoneyRules:
    """What texts may cost, in `currency`; `rates` tells what one unit of another is worth."""

    currency: str
    rates: Mapping[str, Decimal]
    per_day: Decimal | None  # None: no bound
    reserve: Decimal  # share of it, from 0 to 1

    def converted(self, amount: Decimal | None, currency: str) -> Decimal | None:
        """The amount in the house's currency; None where no rate is set."""
        if amount is None or currency == self.currency:
            return amount
        rate = self.rates.get(currency)
        return None if rate is None else amount * rate


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator can set. Secrets never appear in `repr`."""

    env: Literal["development", "production"]
    secret_key: str = field(repr=False)
    data_keys: tuple[bytes, ...] = field(repr=False)
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    workers: Literal["embedded", "distributed"]
    public_url: str
    trusted_proxies: int
    gateways: tuple[str, ...]
    gateway_settings: Mapping[str, Mapping[str, str]] = field(repr=False)
    countries: frozenset[str] | None  # None: every country
    codes: CodeRules
    routing: RoutingRules
    money: MoneyRules
    limits: bool
    most_hits: Mapping[str, int]  # of the limits that can be set, by name
    brand: str
    help_address: str
    alert_webhook_url: str = field(repr=False)
    alert_texts: bool
    alert_mails: bool
    metrics_token: str = field(repr=False)
    smtp_url: str = field(repr=False)
    mail_from: str
    log_level: str
    bulk_rates: Mapping[str, float] = field(default_factory=dict)  # segments a second

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def sends_mail(self) -> bool:
        """True with a mail server, and in development, where mails are only shown."""
        return bool(self.smtp_url) or not self.is_production

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def host(self) -> str:
        """Host name of PUBLIC_URL without port: the origin in the text's last line."""
        return _host_of(self.public_url)

    @property
    def netloc(self) -> str:
        """Host and port of PUBLIC_URL, as a `Host` header names them."""
        return urlsplit(self.public_url).netloc.lower()

    def allows_country(self, country: str) -> bool:
        return self.countries is None or country in self.countries


@lru_cache(16)  # every text of a code ends with it
def _host_of(url: str) -> str:
    return urlsplit(url).hostname or ""
