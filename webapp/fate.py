"""What the code page says of a text, in words: what happened, and what to do now."""

from twofactor.verify.progress import Progress
from twofactor.words import ErrorClass, Status

_SENTENCES = {
    Status.QUEUED: "Your text is waiting to be sent",
    Status.SENT: "Accepted by the network",
    Status.DELIVERED: "Delivered to your phone",
    Status.UNDELIVERED: "Your phone could not be reached. Ask for the text again",
    Status.FAILED: "The text could not be sent. Ask for it again",
    Status.EXPIRED: "The text did not arrive in time. Ask for it again",
    Status.REJECTED: "Your network refused the text. Ask for it again, or use another way",
}
_BY_CLASS = {
    ErrorClass.BAD_PHONE: "This number can't receive texts. Use another way",
    ErrorClass.OPTED_OUT: "You stopped our texts with STOP. Send START to us, or use another way",
}
_LOST = "We can't tell whether the text left. If it does not come, ask for it again"


def sentence(progress: Progress) -> str:
    """One sentence without a full stop and without its age."""
    if progress.status is Status.SENT and progress.has_failed:
        return _LOST
    if progress.status.is_failure and progress.error_class in _BY_CLASS:
        return _BY_CLASS[progress.error_class]
    return _SENTENCES[progress.status]
