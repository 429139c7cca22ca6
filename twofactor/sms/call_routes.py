"""The way of one call: the first gateway in the operator's order that calls and has not failed it.

Calls are few, so nothing is learnt from them; nor do they count against a gateway's texts.
"""

from collections.abc import Collection

from twofactor.kit import Kit
from twofactor.sms import prices
from twofactor.sms.knowledge import Knowledge
from twofactor.sms.routes import Later, Way, opens
from twofactor.words import Channel


def callers(kit: Kit) -> list[str]:
    """The gateways that call, in the operator's order."""
    return [name for name, gateway in kit.gateways.items() if Channel.CALL in gateway.channels]


def pick(
    known: Knowledge, country: str, *, refused: Collection[str], tried: Collection[str]
) -> Way | Later | None:
    """The next gateway for a call; None when every one has refused it for good.

    `refused` said no to this very call; `tried` are busy, or did not get through with an earlier
    one of the same code: the others come first.
    """
    states = [known.states[name] for name in callers(known.kit) if name not in refused]
    left = [state for state in states if not state.is_off]
    if not left:
        return None
    usable = [state.gateway for state in left if not state.is_open(known.now)]
    if not usable:
        return Later(min(opens(state) for state in left))
    order = [n for n in usable if n not in tried] + [n for n in usable if n in tried]
    listed = prices.at(usable, country, known.now, Channel.CALL).get(order[0])
    return Way(
        order[0],
        "first in the operator's order of those that call",
        listed.per_segment if listed else None,
        listed.currency if listed else "",
        has_others=any(name not in tried for name in order[1:]),
    )
