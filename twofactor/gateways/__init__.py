"""How SMS companies speak: one file each, both directions. No database, no app, all by argument."""

from importlib import import_module

from twofactor.gateways.base import Gateway

# A gateway's module is imported when it is first used: some bring heavy packages along.
REGISTRY: dict[str, str] = {
    "simulator": "twofactor.gateways.simulator.gateway:Simulator",
    "twilio": "twofactor.gateways.twilio:Twilio",
    "egosms": "twofactor.gateways.egosms:EgoSms",
    "africastalking": "twofactor.gateways.africastalking:AfricasTalking",
    "vonage": "twofactor.gateways.vonage:Vonage",
    "infobip": "twofactor.gateways.infobip:Infobip",
    "sinch": "twofactor.gateways.sinch:Sinch",
    "plivo": "twofactor.gateways.plivo:Plivo",
    "messagebird": "twofactor.gateways.messagebird:MessageBird",
    "aws": "twofactor.gateways.aws:Aws",
    "http": "twofactor.gateways.http:Http",
}


def names() -> tuple[str, ...]:
    """Every gateway there is, in the order of the documentation."""
    return tuple(REGISTRY)


def load(name: str) -> type[Gateway]:
    """The class of one gateway. Raises KeyError for a name that `names()` does not hold."""
    module, _, class_name = REGISTRY[name].partition(":")
    found: type[Gateway] = getattr(import_module(module), class_name)
    return found
