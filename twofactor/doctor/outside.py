"""Looks from outside: public address, clock, webhooks, gateways. Each over real HTTP."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from twofactor.doctor.finding import Finding, green, red, yellow
from twofactor.gateways.base import Gateway
from twofactor.gateways.wire import Reply, Wire, WireError
from twofactor.kit import Kit

CLOCK_SECONDS = 5.0
REFUSALS = (400, 403, 404)  # what a webhook says to a stranger


def address(kit: Kit, wire: Wire) -> Iterator[Finding]:
    """The public address leads to us, and tells our time."""
    url = f"{kit.settings.public_url}/healthz"
    reply = _ask(wire, "GET", url)
    if isinstance(reply, str):
        yield _unreachable(kit, "public address", reply)
        return
    if reply.status != 200 or b"ok" not in reply.body:
        yield red(
            "public address",
            f"{url} answers {reply.status}",
            "Check SIXDIGITS_PUBLIC_URL and the proxy in front.",
        )
        return
    yield green("public address", f"{kit.settings.public_url} leads here")
    yield _clock(kit, reply)


def webhooks(kit: Kit, wire: Wire) -> Iterator[Finding]:
    """A stranger who calls each webhook is refused by us, and by nothing in between."""
    for name, gateway in kit.gateways.items():
        part = f"webhook of {name}"
        token = "/a-token-that-is-not-ours" if gateway.has_path_token else ""
        url = f"{kit.settings.public_url}/webhooks/{name}/status{token}"
        reply = _ask(wire, gateway.callback_methods[0], url)
        if isinstance(reply, str):
            yield _unreachable(kit, part, reply)
        elif reply.status in REFUSALS:
            yield green(part, "reachable, refuses strangers")
        else:
            yield red(
                part,
                f"answers {reply.status} to a stranger",
                f"Let {url} through to the app as it is: no login, no redirect, no cache.",
            )


def gateways(kit: Kit) -> Iterator[Finding]:
    """Credentials are filled in; the money is told where the gateway tells it."""
    for name, gateway in kit.gateways.items():
        part = f"gateway {name}"
        empty = [c.name for c in gateway.credentials if c.required and not gateway.settings[c.name]]
        if empty:
            full = ", ".join(f"SIXDIGITS_{name.upper()}_{one}" for one in empty)
            yield red(part, f"empty: {full}", "Fill it in, or drop the gateway.")
        else:
            yield _money(part, gateway)
    if len(kit.gateways) == 1 and kit.settings.is_production:
        yield yellow(
            "gateways", "there is only one", "Name a second in SIXDIGITS_GATEWAYS for its outages."
        )


def _money(part: str, gateway: Gateway) -> Finding:
    balance = gateway.balance()
    if balance is None:
        return green(part, "credentials are filled in; it tells no balance")
    if balance.amount <= 0:
        return red(part, f"the balance is {balance.amount} {balance.currency}", "Top it up.")
    return green(part, f"the balance is {balance.amount} {balance.currency}")


def _clock(kit: Kit, reply: Reply) -> Finding:
    try:
        there = parsedate_to_datetime(reply.headers.get("date", ""))
    except ValueError:
        return yellow("clock", "the server tells no time", "Let the proxy pass the Date header.")
    apart = abs((kit.now() - there).total_seconds())
    if apart > CLOCK_SECONDS:
        return red("clock", f"{apart:.0f} s apart from the server's", "Turn time sync (NTP) on.")
    return green("clock", "agrees with the server's")


def _unreachable(kit: Kit, part: str, reason: str) -> Finding:
    what, remedy = f"not reachable: {reason}", "Start the app; check SIXDIGITS_PUBLIC_URL and DNS."
    return red(part, what, remedy) if kit.settings.is_production else yellow(part, what, remedy)


def _ask(wire: Wire, method: str, url: str) -> Reply | str:
    try:
        return wire.call(method, url)
    except WireError as error:
        return error.reason
