"""/webhooks/<gateway>/status: authenticate, parse, record, 204.

204 is said only after the receipts are committed (S-57); a gateway that gets 503 comes again.
"""

import logging

from flask import Blueprint
from flask.typing import ResponseReturnValue

from twofactor.gateways.base import Callback, Gateway
from twofactor.house import House, house
from twofactor.sms.receipts import record, reports
from twofactor.words import ReceiptFate
from webhooks.callbacks import Answer, answer
from webhooks.carried import callback_of, gateway_of, said

receipts = Blueprint("receipts", __name__)
log = logging.getLogger(__name__)


@receipts.route("/webhooks/<gateway>/status", methods=["GET", "POST"])
@receipts.route("/webhooks/<gateway>/status/<token>", methods=["GET", "POST"])
def status(gateway: str, token: str = "") -> ResponseReturnValue:
    """Take the delivery receipts of one callback. Most are answered by `webhooks.front` already."""
    built = house()
    return said(receive(built, gateway_of(built, gateway), callback_of(built, token)))


def receive(built: House, gateway: Gateway, callback: Callback) -> Answer:
    """Take the receipts of one callback, and say so once they are committed."""

    def take(gateway: Gateway, callback: Callback) -> None:
        parsed = gateway.parse_receipts(callback)
        if not parsed:
            return
        told = reports(built.kit, gateway.name, parsed, callback.received_at)
        fates = built.writer.put(record, told)
        built.tally.add(gateway.name, fates)
        if ReceiptFate.UNKNOWN in fates:
            log.info("%s reported on texts that are not ours", gateway.name)

    return answer(built, gateway, callback, take)
