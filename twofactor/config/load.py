"""load(): the one way to Settings."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Literal, cast

from twofactor.config import parsing, sources
from twofactor.config.faults import ConfigError, Fault
from twofactor.config.fields import FIELDS, PREFIX
from twofactor.config.keys import (
    DATA_KEYS_FILE,
    MAKE_DATA_KEY,
    SECRET_KEY_FILE,
    kept,
    new_data_key,
    new_secret_key,
)
from twofactor.config.limits import most_hits
from twofactor.config.money import money_rules, routing_rules
from twofactor.config.parsing import Reader
from twofactor.config.production import GatewayField, refusals
from twofactor.config.settings import CodeRules, Settings

HOW_TO_HOOK = "Write it like https://example.com/hook."
HOW_TO_SMTP = "Write it like smtp://user:password@mail.example.com:587 (smtps:// for port 465)."


def load(
    environ: Mapping[str, str],
    instance: Path,
    gateways: Mapping[str, Mapping[str, GatewayField]],
    env_file: Path | None = None,
    local_port: int | None = None,
) -> Settings:
    """Read everything. Raises ConfigError with all faults at once.

    `gateways` maps each gateway's name to its own settings, so that this module knows none.
    In development, missing keys are made and kept in `instance`, and without a PUBLIC_URL the
    address is the loopback one with `local_port`.
    """
    gateway_names = {
        f"{gateway.upper()}_{name}": (gateway, name)
        for gateway, fields in gateways.items()
        for name in (*fields, "API_URL")
    }
    known = [field.name for field in FIELDS] + list(gateway_names)
    values, faults = sources.resolve(sources.read(environ, env_file), known)
    if local_port and not values.get("PUBLIC_URL") and values.get("ENV") != "production":
        values["PUBLIC_URL"] = f"http://127.0.0.1:{local_port}"
    reader = Reader(values)
    settings = _settings(reader, instance, tuple(gateways), _by_gateway(values, gateway_names))
    faults += reader.faults
    if settings.is_production:
        faulty = {fault.setting for fault in faults}
        unsafe = refusals(settings, environ, gateways)
        faults += [fault for fault in unsafe if fault.setting not in faulty]
    if faults:
        raise ConfigError(faults)
    return settings


def _by_gateway(
    values: Mapping[str, str], gateway_names: Mapping[str, tuple[str, str]]
) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for full, (gateway, name) in gateway_names.items():
        if values.get(full):
            found.setdefault(gateway, {})[name] = values[full]
    return found


def _settings(
    reader: Reader,
    instance: Path,
    known_gateways: tuple[str, ...],
    gateway_settings: Mapping[str, Mapping[str, str]],
) -> Settings:
    env = cast(
        Literal["development", "production"], reader.choice("ENV", ("development", "production"))
    )
    strict = env == "production"
    secret_key, data_keys = _keys(reader, instance, strict)
    return Settings(
        env=env,
        secret_key=secret_key,
        data_keys=data_keys,
        database_url=_database(reader, instance),
        redis_url=reader.parsed(
            "REDIS_URL", parsing.redis_url, "", "Write it like redis://127.0.0.1:6379/0."
        ),
        workers=_workers(reader),
        public_url=reader.parsed(
            "PUBLIC_URL", parsing.public_url, "", "Write it like https://login.example.com."
        ),
        trusted_proxies=reader.number("TRUSTED_PROXIES", 0, 10),
        gateways=_gateways(reader, known_gateways),
        gateway_settings=gateway_settings,
        countries=_countries(reader, strict),
        codes=_codes(reader, strict),
        routing=routing_rules(reader, known_gateways),
        money=money_rules(reader),
        limits=reader.choice("LIMITS", ("on", "off")) == "on",
        most_hits=most_hits(reader),
        brand=reader.parsed("BRAND", parsing.brand, "", "Use 1 to 20 characters, few digits."),
        help_address=reader.text("HELP_ADDRESS"),
        bulk_rates=_bulk_rates(reader, known_gateways),
        alert_webhook_url=reader.parsed("ALERT_WEBHOOK_URL", parsing.https_url, "", HOW_TO_HOOK),
        alert_texts=reader.choice("ALERT_TEXTS", ("on", "off")) == "on",
        alert_mails=reader.choice("ALERT_MAILS", ("on", "off")) == "on",
        metrics_token=reader.parsed(
            "METRICS_TOKEN", parsing.token, "", "Use 16 characters or more, without spaces."
        ),
        smtp_url=reader.parsed("SMTP_URL", parsing.smtp_url, "", HOW_TO_SMTP),
        mail_from=_mail_from(reader),
        log_level=reader.choice("LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
    )


def _database(reader: Reader, instance: Path) -> str:
    own = f"sqlite:///{instance / 'sixdigits.sqlite3'}"
    mend = "Write it like postgresql+psycopg://user:password@host/name."
    return reader.parsed("DATABASE_URL", lambda url: parsing.database_url(url or own), own, mend)


def _gateways(reader: Reader, known_gateways: tuple[str, ...]) -> tuple[str, ...]:
    known = partial(parsing.names, known=known_gateways)
    mend = f"Use names out of: {', '.join(known_gateways)}."
    return reader.parsed("GATEWAYS", known, (), mend)


def _bulk_rates(reader: Reader, known_gateways: tuple[str, ...]) -> dict[str, float]:
    known = partial(parsing.rates, known=known_gateways)
    mend = "Write segments a second like egosms=100,twilio=1."
    return reader.parsed("BULK_RATES", known, {}, mend)


def _mail_from(reader: Reader) -> str:
    sender = reader.text("MAIL_FROM")
    if reader.text("SMTP_URL") and "@" not in sender:
        problem = "no address that mails could come from"
        reader.faults.append(
            Fault(PREFIX + "MAIL_FROM", problem, "Write it like no-reply@example.com.")
        )
    return sender


def _workers(reader: Reader) -> Literal["embedded", "distributed"]:
    chosen = reader.choice("WORKERS", ("embedded", "distributed"))
    if chosen == "distributed" and not reader.text("REDIS_URL"):
        reader.faults.append(
            Fault(
                PREFIX + "WORKERS", "distributed workers need a broker", "Set SIXDIGITS_REDIS_URL."
            )
        )
    return cast(Literal["embedded", "distributed"], chosen)


def _countries(reader: Reader, strict: bool) -> frozenset[str] | None:
    if not reader.text("COUNTRIES"):
        return frozenset() if strict else None
    none: frozenset[str] | None = frozenset()
    return reader.parsed("COUNTRIES", parsing.countries, none, "Use ISO codes like UG,KE, or *.")


def _codes(reader: Reader, strict: bool) -> CodeRules:
    """Bounds of security.md section 0 in production; development may be quicker and laxer."""
    return CodeRules(
        length=reader.number("CODE_LENGTH", 6 if strict else 4, 10),
        lifetime_seconds=reader.number("CODE_LIFETIME_SECONDS", 60 if strict else 1, 600),
        max_checks=reader.number("CODE_MAX_CHECKS", 1, 10),
        max_sends=reader.number("CODE_MAX_SENDS", 1, 5 if strict else 100),
        resend_waits=reader.parsed(
            "RESEND_WAITS_SECONDS", parsing.waits, (30,), "Write seconds like 30,40,60,90."
        ),
    )


def _keys(reader: Reader, instance: Path, strict: bool) -> tuple[str, tuple[bytes, ...]]:
    secret = reader.text("SECRET_KEY")
    text = reader.text("DATA_KEYS")
    if not strict:
        secret = secret or kept(instance / SECRET_KEY_FILE, new_secret_key())
        text = text or kept(instance / DATA_KEYS_FILE, new_data_key())
    try:
        return secret, parsing.data_keys(text)
    except ValueError as error:
        reader.faults.append(Fault(PREFIX + "DATA_KEYS", str(error), MAKE_DATA_KEY))
        return secret, ()
