"""flask gateways: which there are, whether they work, what they achieve and cost."""

from pathlib import Path

import click

from cli import trial
from cli.group import Group
from cli.output import format_option, show
from twofactor.gateways import names
from twofactor.gateways.base import Gateway
from twofactor.house import house
from twofactor.kit import Kit
from twofactor.models import GatewayBalance
from twofactor.models.database import transaction
from twofactor.sms import balances, breaker, compare, prices
from twofactor.sms.price_list import BadPriceList
from twofactor.sms.price_list import parse as parse_list
from twofactor.sms.stats import periods

COMPARED = (
    "country",
    "rank",
    "gateway",
    "accepted",
    "delivered",
    "confirmed",
    "codes",
    "conversion_rate",
    "conversion_low",
    "conversion_high",
    "p50_seconds",
    "p95_seconds",
    "price",
    "cost_per_verified_login",
    "currency",
    "balance",
    "balance_at",
    "reason",
)
LISTED = ("gateway", "state", "reason", "status_webhook", "inbound_webhook", "enter_in_console")

gateways = Group("gateways", help="The gateways: state, prices, comparison, trial.")
lists = Group("prices", help="What segments cost.")
gateways.add_command(lists)


@gateways.command("list")
@format_option()
def list_them(form: str) -> None:
    """The gateways in use, in order, with the addresses to enter in their consoles.

    `enter in console` names those that the gateway does not get with each text.

    Example: flask gateways list
    """
    kit = house().kit
    states = breaker.states(list(kit.gateways))
    rows = [
        {
            "gateway": name,
            "state": states[name].word(kit.now()),
            "reason": states[name].reason,
            "status_webhook": webhook(kit, gateway, "status"),
            "inbound_webhook": webhook(kit, gateway, "inbound") if gateway.has_inbound else None,
            "enter_in_console": ", ".join(gateway.webhooks_to_enter) or "nothing",
        }
        for name, gateway in kit.gateways.items()
    ]
    show(form, LISTED, rows)


@gateways.command("check")
@click.argument("name")
@click.option("--to", "to", help="Send a test text to this phone and wait for its fate.")
def check(name: str, to: str | None) -> None:
    """Ask gateway NAME for its balance, or send a test text by it.

    Example: flask gateways check twilio --to +256772123456
    """
    kit = house().kit
    gateway = _gateway(kit, name)
    if to is not None:
        trial.run(kit, name, to)
        return
    balance = gateway.balance()
    if balance is None:
        click.echo(f"{name} tells no balance, or can't be reached. Try it with --to PHONE.")
        raise SystemExit(1)
    click.echo(f"{name} answers. Balance: {balance.amount} {balance.currency}")


@gateways.command("compare")
@click.option("--country", help="ISO code of one country.")
@click.option("--days", type=click.IntRange(1, 31), default=7, show_default=True)
@format_option()
def compare_them(country: str | None, days: int, form: str) -> None:
    """Gateways side by side: what they achieved, how sure that is, what it cost.

    Example: flask gateways compare --country UG --days 30 --format json
    """
    kit = house().kit
    period = periods.period(f"{days}d", kit.now())
    told = balances.kept()
    rows = [
        row.as_dict() | _balance(told.get(row.gateway))
        for row in compare.compare(kit, period, country and country.upper())
    ]
    if not rows:
        click.echo("No texts in that time.", err=True)
    show(form, COMPARED, rows)


@lists.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_list(file: Path) -> None:
    """Import a price list: gateway,country,price,currency,date. All rows or none.

    Example: flask gateways prices import docs/prices-sample.csv
    """
    try:
        rows = parse_list(file.read_text(encoding="utf-8"), names())
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} is not UTF-8 text: save it as CSV UTF-8.") from error
    except BadPriceList as error:
        raise click.ClickException("Nothing was imported.\n" + "\n".join(error.faults)) from error
    with transaction():
        prices.put(rows)
    click.echo(f"{len(rows)} prices are imported.")


def webhook(kit: Kit, gateway: Gateway, what: str) -> str:
    """The address that the gateway calls, with its token where it has one."""
    return f"{kit.settings.public_url}{gateway.webhook_path(what)}"


def _gateway(kit: Kit, name: str) -> Gateway:
    if name not in kit.gateways:
        used = ", ".join(kit.gateways)
        raise click.UsageError(f"{name!r} is not in use. SIXDIGITS_GATEWAYS names: {used}.")
    return kit.gateways[name]


def _balance(told: GatewayBalance | None) -> dict[str, str | None]:
    if told is None:
        return {"balance": None, "balance_at": None}
    return {"balance": f"{told.amount} {told.currency}", "balance_at": told.at.isoformat()}
