"""Opaque public ids and bearer tokens.

A sid is a two-letter prefix and 32 hexadecimal digits, the shape that Twilio's SDKs expect.
"""

import re
import secrets
from datetime import datetime

from twofactor import randomness

USER = "US"
SESSION = "SE"
AUTHENTICATOR = "AU"
VERIFICATION = "VE"
MESSAGE = "SM"
CALL = "CA"
ATTEMPT = "VL"
ACCOUNT = "AC"
KEY = "SK"
SERVICE = "VA"
RATE_LIMIT = "RK"
BUCKET = "BL"
HOOK = "WH"
HOOK_EVENT = "EV"
BATCH = "BA"
MAIL = "EM"
REMEMBERED = "RB"

_SID = re.compile(r"[A-Z]{2}[0-9a-f]{32}")


def new_sid(prefix: str) -> str:
    """A fresh sid with 128 random bits."""
    return prefix + randomness.take(16).hex()


def dated_sid(prefix: str, at: datetime) -> str:
    """A fresh sid that begins with its millisecond and has 80 random bits, as UUIDs of version 7
    (RFC 9562, section 5.7): rows of the same time lie together in the index, however many there
    are. For rows that show their time anyway."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{prefix}{milliseconds:012x}{randomness.take(10).hex()}"


def is_sid(text: str, prefix: str) -> bool:
    """True when `text` has the exact shape of a sid with this prefix."""
    return text.startswith(prefix) and _SID.fullmatch(text) is not None


def new_link_token() -> str:
    """A one-time token with 128 random bits, for links in texts: every character costs."""
    return secrets.token_urlsafe(16)


def new_secret() -> str:
    """A secret of a program with 256 random bits: letters and digits alone, because Twilio's Go SDK
    refuses credentials with anything else (twilio-go, client/client.go)."""
    return secrets.token_hex(32)


def new_token() -> str:
    """A bearer token with 256 random bits, safe in cookies and URLs."""
    return secrets.token_urlsafe(32)
