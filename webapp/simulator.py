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
from twofactor.verify import verifications
from twofactor.words import Purpose, SessionState
from webapp import session as door
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
CALL_ACTIONS = (
    ("answer", "Answer and press a key"),
    ("voicemail", "Let the voicemail answer"),
    ("busy", "Busy"),
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
    texts = [text for text in _arrived(_asked()) if not text.is_call]
    return jsonify(
        [{"sid": t.sid, "to": t.to, "body": t.body, "at": t.at.isoformat()} for t in texts]
    )


@simulator.post("/simulator/texts/<sid>")
def act(sid: str) -> ResponseReturnValue:
    """Let something happen to a text."""
    do = request.form.get("do", "")
    text = _gateway().phones.text(sid)
    if text is None or do not in dict(_actions(text)) or not ActionForm().validate():
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
        now=house().kit.now(),
        texts=_conversation(number),
        replies=_gateway().phones.replies(number),
        reply_url=f"/simulator/replies?to={quoted}",
    )


def _conversation(number: str) -> list[dict[str, Any]]:
    """The texts of one phone, newest first; the code of the newest can be handed on."""
    texts = [_shown(text) for text in _gateway().phones.texts(number)]
    newest = next((text for text in texts if text["place"] == "phone" and text["code"]), None)
    if newest is not None:
        newest["fill_url"] = _waiting_page()
    return texts


def _waiting_page() -> str | None:
    """The page on which this browser waits for a code."""
    session = door.current()
    if session is None:
        return None
    if session.state == SessionState.HALF:
        return "/login/code"
    waiting = ((Purpose.ENROL, "/account/phone/confirm"), (Purpose.STEP_UP, "/account/confirm"))
    for purpose, path in waiting:
        verification = verifications.of_session(session, purpose)
        if verification is not None and verification.is_pending:
            return path
    return None


def _shown(text: Text) -> dict[str, Any]:
    size = count(text.body)
    last = _ORIGIN_LINE.fullmatch(text.body.splitlines()[-1] if text.body else "")
    good = last is not None and last["host"] == house().kit.settings.host
    return {
        "sid": text.sid,
        "place": _place(text),
        "sender": house().kit.settings.brand,
        "at": text.at,
        "body": text.body,
        "code": last["code"] if last else None,
        "status": text.status.value,
        "segments": size.parts,
        "encoding": size.encoding.value,
        "last_line": "missing" if last is None else "good" if good else "wrong",
        "verification_sid": None,
        "fill_url": None,
        "action_url": f"/simulator/texts/{text.sid}",
        "is_call": text.is_call,
        "actions": [{"do": do, "title": title} for do, title in _actions(text)],
    }


def _actions(text: Text) -> tuple[tuple[str, str], ...]:
    """What can be done to it: nothing to a phone call that is over."""
    if not text.is_call:
        return ACTIONS
    return () if text.status.is_final else CALL_ACTIONS


def _place(text: Text) -> str:
    if text.has_arrived(house().kit.now()):
        return "phone"
    return "air" if text.arrives_at else "lost"


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
