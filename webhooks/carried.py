"""A callback as Flask carries it in, and the answer as Flask carries it out."""

from flask import Response, abort, request

from twofactor.gateways.base import Callback, Gateway
from twofactor.house import House
from twofactor.ids import ATTEMPT, is_sid
from webhooks.callbacks import Answer


def gateway_of(built: House, name: str) -> Gateway:
    """The gateway by its name in the path. Aborts where it is none of ours."""
    gateway = built.kit.gateways.get(name)
    if gateway is None:
        abort(said(Answer(404, "there is no such gateway here")))
    if request.method not in gateway.callback_methods:
        allowed = ", ".join(gateway.callback_methods)
        abort(said(Answer(405, "method not allowed", {"Allow": allowed})))
    return gateway


def callback_of(built: House, token: str) -> Callback:
    """The request as the gateway made it: at our public address, whatever stands in between."""
    query = request.environ.get("QUERY_STRING", "")
    attempt = ",".join(request.args.getlist("attempt"))  # twice is no sid
    return Callback(
        method=request.method,
        url=built.kit.settings.public_url + request.path + (f"?{query}" if query else ""),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.get_data(cache=False),
        received_at=built.kit.now(),
        path_token=token,
        attempt_sid=attempt if is_sid(attempt, ATTEMPT) else "",
    )


def said(answer: Answer) -> Response:
    """The answer as Flask sends it."""
    text = f"{answer.text}\n" if answer.text else ""
    return Response(text, answer.status, answer.headers, content_type=answer.content_type)
