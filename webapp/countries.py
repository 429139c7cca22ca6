"""The countries a person can choose from when a number does not start with +."""

from functools import lru_cache
from pathlib import Path

import phonenumbers

from twofactor.config.settings import Settings

_NAMES = Path(__file__).with_suffix(".tsv")


def choices(settings: Settings) -> list[tuple[str, str]]:
    """(ISO code, "Uganda +256") of every country that may be sent to, by name."""
    named = [(code, label) for code, label in _all() if settings.allows_country(code)]
    return [("", "Choose a country"), *named]


@lru_cache(maxsize=1)
def _all() -> list[tuple[str, str]]:
    rows = [
        line.split("\t")
        for line in _NAMES.read_text(encoding="utf-8").splitlines()
        if not line.startswith("#")
    ]
    known = sorted((name, code) for code, name in rows if code in phonenumbers.SUPPORTED_REGIONS)
    return [(code, f"{name} +{phonenumbers.country_code_for_region(code)}") for name, code in known]
