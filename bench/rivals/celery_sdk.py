"""What many houses do: a Celery task a message, which calls Twilio's SDK.

Run by `bench.sends` as `celery -A bench.rivals.celery_sdk worker`.
"""

import os
from typing import Any

from celery import Celery
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from bench.stub import ACCOUNT, SENDER, TOKEN

BODY = "Your code is 123456."

app = Celery("rival", broker=os.environ.get("BENCH_BROKER", "memory://"))
app.conf.update(task_ignore_result=True, worker_prefetch_multiplier=16)


class _Loopback(TwilioHttpClient):  # type: ignore[misc, unused-ignore]
    """The SDK's own client, but for the host."""

    def request(self, method: str, url: str, *rest: Any, **more: Any) -> Any:
        here = url.replace("https://api.twilio.com", os.environ["BENCH_GATEWAY"])
        return super().request(method, here, *rest, **more)


client = Client(ACCOUNT, TOKEN, http_client=_Loopback())


@app.task(name="send")  # type: ignore[untyped-decorator, unused-ignore]
def send(phone: str) -> None:
    client.messages.create(to=phone, from_=SENDER, body=BODY)
