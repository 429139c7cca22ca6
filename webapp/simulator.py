"""The simulator's phones: development only, absent in production."""

import re
from datetime import datetime
from typing import Any, cast

from flask import Blueprint, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from twofactor.gateways.simulator.buttons import Buttons
from twofactor.gateways.simulator.gateway import Simulator
from twofactor.gateways.simulator.text import Text
from twofactor.house import house
from twofactor.sms.segments import count
from webapp.forms import ActionForm

simulator = Blueprint("simulator", __name__)

ACTIONS = (
    ("deliver", "Deliver now"),
    ("delay", "Delay 10 s"),
    ("undelivered", "Report undelivered"),
    ("duplicate", "Receipt twice"),
    ("out_of_order", "Receipts out of order"),
    ("drop", "Lose it"),
)
_ORIGIN_LINE = re.compile(r"@(?P<host>[^ ]+) #(?P<code>[0-9]{4,10})")


@simulator.get("/simulator/phone/")
def phones() -> ResponseReturnValue:
    """All phones that have texts, or with `?to=` one of them."""
    if "to" in request.args:
        return _phone(_asked())
    latest: dict[str, list[Text]] = {}
    for text in _gateway().phones.latest():
        latest.setdefault(text.to, []).append(text)
    listed = [_listed(number, texts) for number, texts in latest.items()]
    return render_template("simulator/phones.html", phones=listed)


@simulator.get("/simulator/messages.json")
def messages() -> ResponseReturnValue:
    """The texts of one phone, newest first."""
    texts = _arrived(_asked())
    return jsonify(
        [{"sid": t.sid, "to": t.to, "body": t.body, "at": t.at.isoformat()} for t in texts]
    )


@simulator.post("/simulator/texts/<sid>")
def act(sid: str) -> ResponseReturnValue:
    """Let something happen to a text."""
    do = request.form.get("do", "")
    text = _gateway().phones.text(sid)
    if text is None or do not in dict(ACTIONS) or not ActionForm().validate():
        abort(404)
    getattr(_buttons(), do)(sid)
    return redirect(f"/simulator/phone/?to=%2B{text.to[1:]}", 303)


@simulator.post("/simulator/replies")
def reply() -> ResponseReturnValue:
    """Answer the newest text of a phone."""
    number = _asked()
    texts = _arrived(number)
    if not texts or not ActionForm().validate():
        abort(404)
    _buttons().reply(texts[0].sid, request.form.get("body", "")[:160])
    return redirect(f"/simulator/phone/?to=%2B{number[1:]}", 303)


def _asked() -> str:
    """The phone in the query; a bare + arrives as a space."""
    return "+" + request.args.get("to", "").strip().lstrip("+")


def _phone(number: str) -> ResponseReturnValue:
    if not re.fullmatch(r"\+[0-9]{5,15}", number):
        abort(404)
    quoted = f"%2B{number[1:]}"
    return render_template(
        "simulator/phone.html",
        number=number,
        texts=[_shown(text) for text in _arrived(number)],
        replies=_gateway().phones.replies(number),
        reply_url=f"/simulator/replies?to={quoted}",
        feed_url=f"/simulator/messages.json?to={quoted}",
    )


def _shown(text: Text) -> dict[str, Any]:
    size = count(text.body)
    last = _ORIGIN_LINE.fullmatch(text.body.splitlines()[-1] if text.body else "")
    good = last is not None and last["host"] == house().kit.settings.host
    return {
        "sid": text.sid,
        "sender": house().kit.settings.brand,
        "at": text.at,
        "body": text.body,
        "code": last["code"] if last else None,
        "status": text.status.value,
        "segments": size.parts,
        "encoding": size.encoding.value,
        "last_line": "missing" if last is None else "good" if good else "wrong",
        "verification_sid": None,
        "fill_url": "/login/code" if last else None,
        "action_url": f"/simulator/texts/{text.sid}",
        "actions": [{"do": do, "title": title} for do, title in ACTIONS],
    }


def _listed(number: str, texts: list[Text]) -> dict[str, Any]:
    at: datetime = texts[0].at
    return {
        "number": number,
        "url": f"/simulator/phone/?to=%2B{number[1:]}",
        "texts": len(texts),
        "last_at": at,
        "preview": texts[0].body.splitlines()[0],
        "stopped": False,
    }


def _arrived(number: str) -> list[Text]:
    now = house().kit.now()
    return [text for text in _gateway().phones.texts(number) if text.has_arrived(now)]


def _buttons() -> Buttons:
    gateway, kit = _gateway(), house().kit
    url = f"{kit.settings.public_url}/webhooks/simulator/inbound"
    return Buttons(gateway.phones, kit.clock, gateway.wake, url)


def _gateway() -> Simulator:
    found = house().kit.gateways.get("simulator")
    if found is None or house().kit.settings.is_production:
        abort(404)
    return cast(Simulator, found)
