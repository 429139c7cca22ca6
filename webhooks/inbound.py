"""/webhooks/<gateway>/inbound: the texts that people send back: STOP, START, HELP, NOTME."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.models.database import transaction
from twofactor.verify import replies
from twofactor.words import Keyword
from webhooks.callbacks import Reception
from webhooks.carried import callback_of, gateway_of, said

inbound = Blueprint("inbound", __name__)


@inbound.route("/webhooks/<gateway>/inbound", methods=["GET", "POST"])
@inbound.route("/webhooks/<gateway>/inbound/<token>", methods=["GET", "POST"])
def text(gateway: str, token: str = "") -> ResponseReturnValue:
    """Take the texts of one callback."""
    built = house()

    caller, callback = gateway_of(built, gateway), callback_of(built, token)
    with Reception(built, caller) as reception:
        caller.authenticate(callback)
        texts = caller.parse_inbound(callback)
        with transaction():
            asked = [replies.take(built.kit, caller.name, one) for one in texts]
        if Keyword.HELP in asked or Keyword.NOT_ME in asked:
            built.sender.wake()
    return said(reception.answer)
