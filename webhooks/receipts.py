"""/webhooks/<gateway>/status: authenticate, parse, record, 204.

204 is said only after the receipts are committed (S-57); a gateway that gets 503 comes again.
"""

import logging

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from twofactor.house import house
from twofactor.models.writer import Overloaded
from twofactor.sms.receipts import record, reports
from twofactor.words import ReceiptFate
from webhooks.callbacks import TAKEN, gateway_of, not_stored, read

receipts = Blueprint("receipts", __name__)
log = logging.getLogger(__name__)


@receipts.route("/webhooks/<gateway>/status", methods=["GET", "POST"])
@receipts.route("/webhooks/<gateway>/status/<token>", methods=["GET", "POST"])
def status(gateway: str, token: str = "") -> ResponseReturnValue:
    """Take the delivery receipts of one callback."""
    built, caller = house(), gateway_of(gateway)
    parsed = read(caller, token, caller.parse_receipts)
    if not parsed:
        return TAKEN
    told = reports(built.kit, caller.name, parsed, built.kit.now())
    try:
        fates = built.writer.put(record, told)
    except (Overloaded, SQLAlchemyError) as error:
        not_stored(caller, error)
    built.tally.add(caller.name, fates)
    if ReceiptFate.UNKNOWN in fates:
        log.info("%s reported on texts that are not ours", caller.name)
    return TAKEN
