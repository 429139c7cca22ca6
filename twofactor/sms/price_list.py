"""A price list as a file: `gateway,country,price,currency,date`, and `channel` if there are prices
of calls. Pure; checked whole before use."""

import csv
import re
from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal, InvalidOperation

import phonenumbers

from twofactor.words import Channel

COLUMNS = ("gateway", "country", "price", "currency", "date")
CHANNEL = "channel"
MAX_PRICE = Decimal(1_000_000)


class BadPriceList(ValueError):
    """The file can't be used. `faults` has one sentence a row that is wrong, and its mend."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def parse(text: str, gateways: Collection[str]) -> list[dict[str, object]]:
    """The rows as `prices.put` takes them; lines before the heading may be comments with #.

    Raises BadPriceList with every fault at once.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    above = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    reader = csv.DictReader(lines[above:])
    if tuple(reader.fieldnames or ()) not in (COLUMNS, (*COLUMNS, CHANNEL)):
        raise BadPriceList([f"line {above + 1}: write the heading {','.join(COLUMNS)}"])
    rows: list[dict[str, object]] = []
    faults: list[str] = []
    for row in reader:
        values = {name: (row.get(name) or "").strip() for name in (*COLUMNS, CHANNEL)}
        wrong = list(_faults(values, gateways))
        faults += [f"line {above + reader.line_num}: {fault}" for fault in wrong]
        if not wrong:
            rows.append(_row(values))
    if not rows and not faults:
        faults = ["there is no price in the file: add lines below the heading"]
    if faults:
        raise BadPriceList(faults)
    return rows


def _row(values: dict[str, str]) -> dict[str, object]:
    return {
        "gateway": values["gateway"],
        "country": values["country"].upper(),
        "channel": values[CHANNEL] or Channel.SMS.value,
        "since": values["date"],
        "per_segment": Decimal(values["price"]),
        "currency": values["currency"].upper(),
    }


def _faults(values: dict[str, str], gateways: Collection[str]) -> Iterator[str]:
    if values["gateway"] not in gateways:
        yield f"gateway {values['gateway']!r} is none of {', '.join(sorted(gateways))}"
    if values["country"].upper() not in phonenumbers.SUPPORTED_REGIONS:
        yield f"country {values['country']!r} is no ISO code such as UG"
    if not _is_price(values["price"]):
        yield f"price {values['price']!r} is no amount such as 0.0350"
    if not re.fullmatch(r"[A-Za-z]{3}", values["currency"]):
        yield f"currency {values['currency']!r} is no ISO code such as USD"
    if values[CHANNEL] not in ("", *Channel):
        yield f"channel {values[CHANNEL]!r} is none of {', '.join(Channel)}"
    if not _is_date(values["date"]):
        yield f"date {values['date']!r} is none such as 2026-11-01"


def _is_price(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and 0 <= value < MAX_PRICE


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
