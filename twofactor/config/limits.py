"""The settings of the limits on texts: how many each lets through."""

import re
from collections.abc import Mapping

from twofactor.config.fields import FIELDS
from twofactor.config.parsing import Reader

TO_ONE_NUMBER = 20  # also in an hour: more would be bombing, whoever asks
HIGHEST = 10_000_000
CHECKS_A_START = 2  # that one key of the API may ask for
RESERVE = 20  # percent of all texts that are kept for phones that were confirmed before

# What a setting calls a limit, to the limit's own name and the highest number it may have.
Bounds = Mapping[str, tuple[str, int]]
HOURLY: Bounds = {
    "number": ("sends_number_hour", TO_ONE_NUMBER),
    "address": ("sends_address_hour", HIGHEST),
    "prefix": ("sends_prefix_hour", HIGHEST),
}
DAILY: Bounds = {
    "number": ("sends_number_day", TO_ONE_NUMBER),
    "address": ("sends_address_day", HIGHEST),
    "country": ("sends_country_day", HIGHEST),
    "all": ("sends_global_day", HIGHEST),
}


def most_hits(reader: Reader) -> dict[str, int]:
    """How many hits each limit lets through that the operator may set, by the limit's name."""
    sends = {**_counts(reader, "SENDS_PER_HOUR", HOURLY), **_counts(reader, "SENDS_PER_DAY", DAILY)}
    starts = reader.number("API_SENDS_PER_MINUTE", 1, 1_000_000)
    return {
        **sends,
        "sends_unverified_day": max(1, sends["sends_global_day"] * (100 - RESERVE) // 100),
        "api_key_sends_minute": starts,
        "api_key_checks_minute": CHECKS_A_START * starts,
    }


def _counts(reader: Reader, setting: str, bounds: Bounds) -> dict[str, int]:
    """What is left out keeps its default."""
    (default,) = [field.default for field in FIELDS if field.name == setting]
    usual = counts(default, bounds)
    mend = f"Write whole numbers like {default}."
    return reader.parsed(setting, lambda text: {**usual, **counts(text, bounds)}, usual, mend)


def counts(text: str, bounds: Bounds) -> dict[str, int]:
    """The numbers of a comma list `name=count`, by the names of their limits. Raises ValueError."""
    found: dict[str, int] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, number = (piece.strip() for piece in part.partition("="))
        if name not in bounds:
            raise ValueError(f"there is no {name!r} among {', '.join(bounds)}")
        limit, highest = bounds[name]
        if limit in found:
            raise ValueError(f"{name} is named twice")
        if not re.fullmatch(r"[0-9]{1,9}", number) or not 1 <= int(number) <= highest:
            raise ValueError(f"{name}={number} is not a whole number from 1 to {highest}")
        found[limit] = int(number)
    return found
