"""Placeholders in a gateway's TOML file, `{to}` and so on, and the values they stand for."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from twofactor.gateways.base import OutgoingSms

PLACE = re.compile(r"\{([a-z_]+(?:\.[A-Za-z0-9_-]+)?)\}")
PLACES = {"to", "to_digits", "sender", "body", "reference", "callback_url", "validity_seconds"}
NUMBER = "{validity_seconds}"  # standing alone in JSON it becomes a number


def values(sms: OutgoingSms, sender: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """What each placeholder stands for in this text; `sender` is whom it is from."""
    return {
        "to": sms.to,
        "to_digits": sms.to.removeprefix("+"),
        "sender": sender,
        "body": sms.body,
        "reference": sms.reference,
        "callback_url": sms.callback_url,
        "validity_seconds": str(sms.validity_seconds),
    } | {f"secret.{name}": value for name, value in secrets.items()}


def place_names(node: Any) -> set[str]:
    """The placeholders anywhere in text, lists, tuples and tables."""
    if isinstance(node, str):
        return set(PLACE.findall(node))
    if isinstance(node, Mapping):
        return place_names(list(node.values()))
    if isinstance(node, list | tuple):
        return {name for part in node for name in place_names(part)}
    return set()


def fill(text: str, filling: Mapping[str, str]) -> str:
    """One pass: braces in a filled-in body are left as they are."""
    return PLACE.sub(lambda place: filling[place[1]], text)


def fill_url(text: str, filling: Mapping[str, str]) -> str:
    """As `fill`, each value percent-encoded so that it stays one part of the address."""
    return PLACE.sub(lambda place: quote(filling[place[1]], safe=""), text)


def fill_all(texts: Mapping[str, str], filling: Mapping[str, str]) -> dict[str, str]:
    return {name: fill(text, filling) for name, text in texts.items()}


def fill_json(node: Any, filling: Mapping[str, str]) -> Any:
    """The same JSON with every text in it filled."""
    if node == NUMBER:
        return int(filling["validity_seconds"])
    if isinstance(node, str):
        return fill(node, filling)
    if isinstance(node, dict):
        return {name: fill_json(part, filling) for name, part in node.items()}
    if isinstance(node, list):
        return [fill_json(part, filling) for part in node]
    return node
