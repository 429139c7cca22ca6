"""What the code page says of a text or a call, in words: what happened, and what to do now."""

from twofactor.verify.progress import Progress
from twofactor.words import Channel, ErrorClass, Status

_TEXT = {
    Status.QUEUED: "Your text is waiting to be sent",
    Status.SENT: "Accepted by the network",
    Status.DELIVERED: "Delivered to your phone",
    Status.UNDELIVERED: "Your phone could not be reached. Ask for the text again",
    Status.FAILED: "The text could not be sent. Ask for it again",
    Status.EXPIRED: "The text did not arrive in time. Ask for it again",
    Status.REJECTED: "Your network refused the text. Ask for it again, or use another way",
}
_CALL = {
    Status.QUEUED: "Your call is waiting to be made",
    Status.SENT: "We are calling you. Answer, and press any key to hear the code",
    Status.DELIVERED: "The call was answered. Did nobody hear the code? Ask for a text",
    Status.UNDELIVERED: "Nobody answered the call. Ask for a text, or use another way",
    Status.FAILED: "The call could not be made. Ask for a text, or use another way",
    Status.EXPIRED: "The call could not be made in time. Ask for a text",
    Status.REJECTED: "Your network refused the call. Ask for a text, or use another way",
}
_SENTENCES = {Channel.SMS: _TEXT, Channel.CALL: _CALL}
_BUSY = "Your line was busy. Ask for a text, or use another way"
_BY_CLASS = {
    (Channel.SMS, ErrorClass.BAD_PHONE): "This number can't receive texts. Use another way",
    (Channel.CALL, ErrorClass.BAD_PHONE): "This number can't be called. Use another way",
}
_OPTED_OUT = "You stopped our texts with STOP. Send START to us, or use another way"
_LOST = {
    Channel.SMS: "We can't tell whether the text left. If it does not come, ask for it again",
    Channel.CALL: "We can't tell whether the call was made. If no phone rings, ask for a text",
}


def sentence(progress: Progress) -> str:
    """One sentence without a full stop and without its age."""
    if progress.status is Status.SENT and progress.has_failed:
        return _LOST[progress.channel]
    if progress.status.is_failure and progress.error_class is ErrorClass.OPTED_OUT:
        return _OPTED_OUT
    if progress.channel is Channel.CALL and progress.error_code == "busy":
        return _BUSY
    plain = _SENTENCES[progress.channel][progress.status]
    if progress.status.is_failure and progress.error_class is not None:
        return _BY_CLASS.get((progress.channel, progress.error_class), plain)
    return plain
