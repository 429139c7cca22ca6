"""The line between processes: ids of texts over Redis or Valkey, carried by Celery.

The rows are the queue; the line only says "look at this one now". Whatever it loses, doubles or
delays, each worker's own look at the rows finds or ignores.
"""

from importlib.util import find_spec
from typing import Any

TEXTS = "sixdigits.texts"  # somebody waits for each; texts to many need no line
SEND_TEXT = "sixdigits.send_text"
UNTAKEN_SECONDS = 60  # a dead worker's ids come back after this; the look was quicker
LINE_SECONDS = 2.0  # longest wait for the line itself

MISSING = "SIXDIGITS_WORKERS: distributed workers need more packages. Type: make scale"


def is_installed() -> bool:
    """True when the packages of distributed workers are there; imports none of them."""
    return find_spec("celery") is not None and find_spec("redis") is not None


def connect(url: str) -> Any:
    """The Celery app behind the line. Nothing is opened before its first use."""
    from celery import Celery

    line = Celery("sixdigits", broker=url, set_as_current=False)
    line.conf.update(
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": UNTAKEN_SECONDS,
            "socket_connect_timeout": LINE_SECONDS,
            "socket_timeout": LINE_SECONDS * 5,
        },
        task_default_queue=TEXTS,
        task_serializer="json",
        accept_content=["json"],
        task_acks_late=True,
        task_ignore_result=True,
        task_publish_retry=False,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
        worker_redirect_stdouts=False,
    )
    return line
