"""The simulated mailbox: development only, absent in production."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.mail import outbox
from twofactor.models import Mail

simulator_mail = Blueprint("simulator_mail", __name__)


@simulator_mail.get("/simulator/mail")
def mailbox() -> ResponseReturnValue:
    """Every mail, newest first."""
    return render_template("simulator/mail.html", mails=[_shown(m) for m in outbox.latest()])


@simulator_mail.get("/simulator/mail.json")
def as_json() -> ResponseReturnValue:
    """The same for programs; `?to=` for one address."""
    wanted = request.args.get("to")
    mails = [_shown(mail) for mail in outbox.latest()]
    return jsonify([m | {"at": m["at"].isoformat()} for m in mails if wanted in (None, m["to"])])


def _shown(mail: Mail) -> dict[str, Any]:
    keyring = house().kit.keyring
    body = keyring.unseal(mail.body_sealed, mail.body_place) if mail.body_sealed else ""
    return {
        "sid": mail.sid,
        "to": keyring.unseal(mail.to_sealed, mail.to_place),
        "subject": mail.subject,
        "body": body,
        "at": mail.created_at,
    }
