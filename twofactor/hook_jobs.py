"""Later work: webhooks to programs. Each verb commits by itself."""

import logging

from twofactor.kit import Kit
from twofactor.models.database import transaction
from twofactor.outbound import BadAddress, Poster, Unanswered
from twofactor.verify import hooks

log = logging.getLogger(__name__)


def tell_next(kit: Kit, poster: Poster) -> bool:
    """Post one event; False when none is due."""
    if not hooks.is_due(kit.now()):
        return False
    with transaction():
        letter = hooks.claim(kit)
    if letter is None:
        return False
    status: int | None = None
    try:
        status = poster.post(letter.url, letter.headers, letter.body)
        reason = f"HTTP {status}"
    except (BadAddress, Unanswered) as error:
        reason = str(error)
    with transaction():
        hooks.settle(letter, status, reason, kit.now())
    log.info("webhook event %s, try %s: %s", letter.event_id, letter.tries, reason)
    return True


def collect(kit: Kit) -> None:
    """Find what is to be told."""
    if hooks.any_untold():
        with transaction():
            hooks.collect(kit)
