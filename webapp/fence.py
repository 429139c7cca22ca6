"""The outer fence: how often one address may post a form. The limits that guard money and codes
are rows and stand behind it."""

from collections.abc import Callable
from typing import Any

from flask import request

from twofactor.extensions import limiter
from twofactor.house import house
from twofactor.verify.limits import network


def address_key() -> str:
    """The visitor's address, as nobody can read it back from the store."""
    return house().kit.keyring.pseudonym("fence", network(request.remote_addr or ""))


def posts(limit: str) -> Callable[..., Any]:
    """At most `limit` ("30 per minute") POSTs from one address."""
    return limiter.limit(limit, key_func=address_key, methods=["POST"])
