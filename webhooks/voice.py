"""/webhooks/<gateway>/voice: somebody pressed a key in a call of ours; the answer reads the code.

Reads only: nothing is stored, and what was heard is proved by the code that is typed.
"""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from twofactor.house import house
from twofactor.verify import calls
from webhooks.callbacks import Answer, Reception
from webhooks.carried import callback_of, gateway_of, said

voice = Blueprint("voice", __name__)


@voice.post("/webhooks/<gateway>/voice")
def key(gateway: str) -> ResponseReturnValue:
    """Say the code, or that it is over."""
    built = house()

    caller, callback = gateway_of(built, gateway), callback_of(built, "")
    with Reception(built, caller) as reception:
        caller.authenticate(callback)
        found = calls.say(built.kit, caller.name, caller.parse_key(callback))
        if found is None:
            reception.answer = Answer(404, "this is no call of ours")
        else:
            script = caller.script(found.sentences, found.language)
            reception.answer = Answer(200, script.body, content_type=script.content_type)
    return said(reception.answer)
