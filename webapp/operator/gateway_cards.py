"""What the page of the gateways shows: each with its state and money, and all side by side."""

from collections.abc import Iterable
from datetime import datetime
from itertools import groupby
from typing import Any

from twofactor.gateways.base import Gateway
from twofactor.kit import Kit
from twofactor.models import GatewayBalance
from twofactor.sms import balances, breaker, tally
from twofactor.sms.compare import Compared

DOTS = "…"  # in place of a secret
STEPS = ((86_400, "day"), (3_600, "hour"), (60, "minute"))


def cards(kit: Kit, compared: Iterable[Compared]) -> list[dict[str, Any]]:
    """Every gateway in use, in the operator's order."""
    now, told, heard = kit.now(), balances.kept(), tally.heard()
    texts = {name: 0 for name in kit.gateways}
    for row in compared:
        texts[row.gateway] = texts.get(row.gateway, 0) + row.attempts
    every = sum(texts.values())
    return [
        {
            "name": name,
            "state": state.word(now),
            "is_off": state.is_off,
            "reason": state.reason,
            "until": state.open_until if state.is_open(now) else None,
            "texts": texts[name],
            "share": texts[name] / every if every else None,
            "heard": heard.get(name),
            **_money(kit.gateways[name], told.get(name), now),
            **_addresses(kit, kit.gateways[name]),
        }
        for name, state in breaker.states(list(kit.gateways)).items()
    ]


def by_country(compared: Iterable[Compared]) -> list[dict[str, Any]]:
    """The comparison, one table a country, most texts first. Comes in sorted by country."""
    places = []
    for country, group in groupby(compared, key=lambda row: row.country):
        rows = list(group)
        leader = next((row.gateway for row in rows if row.rank == 1), None)
        attempts = sum(row.attempts for row in rows)
        places.append({"country": country, "attempts": attempts, "leader": leader, "rows": rows})
    return sorted(places, key=lambda place: -place["attempts"])


def age(at: datetime, now: datetime) -> str:
    """Like "5 minutes ago"."""
    seconds = (now - at).total_seconds()
    for length, word in STEPS:
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {word}{'' if count == 1 else 's'} ago"
    return "just now"


def _money(gateway: Gateway, told: GatewayBalance | None, now: datetime) -> dict[str, Any]:
    return {
        "tells_balance": gateway.tells_balance,
        "balance": told,
        "age": age(told.at, now) if told else "",
    }


def _addresses(kit: Kit, gateway: Gateway) -> dict[str, Any]:
    """The webhooks; a token is a secret and stays out of the page."""
    kinds = ["status", "inbound"] if gateway.has_inbound else ["status"]
    token = gateway.settings.get("CALLBACK_TOKEN", "") if gateway.has_path_token else ""
    addresses = []
    for kind in kinds:
        path = gateway.webhook_path(kind)
        shown = path.rpartition("/")[0] + f"/{DOTS}" if token else path
        by_hand = kind in gateway.webhooks_to_enter
        addresses.append((kind, kit.settings.public_url + shown, by_hand))
    return {"addresses": addresses, "has_token": bool(token)}
