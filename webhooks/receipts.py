"""/webhooks/<gateway>/status: authenticate, parse, record, 204.

204 is said only after the receipts are committed (S-57); a gateway that gets 503 comes again.
"""

import logging
from collections.abc import Sequence

from flask import Blueprint
from flask.typing import ResponseReturnValue

from twofactor.gateways.base import Callback, Gateway
from twofactor.house import House, house
from twofactor.models.loop_writer import LoopWriter
from twofactor.sms.early import Report
from twofactor.sms.receipts import record, reports
from twofactor.words import ReceiptFate
from webhooks.callbacks import Answer, Reception
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
    with Reception(built, gateway) as reception:
        told = _told(built, gateway, callback)
        if told:
            _note(built, gateway, built.writer.put(record, told))
    return reception.answer


async def receive_hot(
    built: House, writer: LoopWriter, gateway: Gateway, callback: Callback
) -> Answer:
    """The same in the server's event loop; for a gateway that authenticates alone."""
    with Reception(built, gateway) as reception:
        told = _told(built, gateway, callback)
        if told:
            _note(built, gateway, await writer.put(record, told))
    return reception.answer


def _told(built: House, gateway: Gateway, callback: Callback) -> list[Report]:
    """What it says, if it is signed. Raises BadCredential, Malformed, WireError."""
    gateway.authenticate(callback)
    parsed = gateway.parse_receipts(callback)
    return reports(built.kit, gateway.name, parsed, callback.received_at)


def _note(built: House, gateway: Gateway, fates: Sequence[ReceiptFate]) -> None:
    built.tally.add(gateway.name, fates)
    if ReceiptFate.UNKNOWN in fates:
        log.info("%s reported on texts that are not ours", gateway.name)
