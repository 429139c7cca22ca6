"""Codes from an app (TOTP, RFC 6238): six digits, a new one every thirty seconds. Pure."""

import hmac
from datetime import datetime, timedelta

import pyotp

DIGITS = 6
STEP_SECONDS = 30
DRIFT_STEPS = 1  # a phone's clock may be that far behind or ahead


def new_secret() -> str:
    """160 random bits in base32, as RFC 4226 section 4 recommends."""
    return pyotp.random_base32()


def address(secret: str, email: str, brand: str) -> str:
    """The `otpauth:` address that apps read from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=brand)


def step_at(at: datetime) -> int:
    """The number of the time step; a code belongs to exactly one."""
    return int(at.timestamp()) // STEP_SECONDS


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step that `code` belongs to, among those near `now`; None when it is wrong.

    Looks at all of them and compares in constant time, so that nobody learns which was near.
    """
    totp, found = pyotp.TOTP(secret), None
    for drift in range(-DRIFT_STEPS, DRIFT_STEPS + 1):
        at = now + timedelta(seconds=drift * STEP_SECONDS)
        if hmac.compare_digest(totp.at(at), code):
            found = step_at(at)
    return found
