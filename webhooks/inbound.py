"""/webhooks/<gateway>/inbound: the texts that people send back: STOP, START, HELP, NOTME."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from twofactor.gateways.base import Callback, Gateway
from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import replies
from twofactor.words import Keyword
from webhooks.callbacks import answer
from webhooks.carried import callback_of, gateway_of, said

inbound = Blueprint("inbound", __name__)


@inbound.route("/webhooks/<gateway>/inbound", methods=["GET", "POST"])
@inbound.route("/webhooks/<gateway>/inbound/<token>", methods=["GET", "POST"])
def text(gateway: str, token: str = "") -> ResponseReturnValue:
    """Take the texts of one callback."""
    built = house()

    def take(gateway: Gateway, callback: Callback) -> None:
        texts = gateway.parse_inbound(callback)
        with transaction():
            asked = [replies.take(built.kit, gateway.name, one) for one in texts]
        if Keyword.HELP in asked or Keyword.NOT_ME in asked:
            built.sender.wake()

    caller, callback = gateway_of(built, gateway), callback_of(built, token)
    return said(answer(built, caller, callback, take))
