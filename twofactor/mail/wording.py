"""The mails we send: plain text, one purpose each, the link on a line of its own. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from twofactor.sms.sentences import Notice


@dataclass(frozen=True, slots=True)
class Words:
    """Subject and body of one mail."""

    subject: str
    body: str


_HAPPENED = {
    Notice.PHONE_ADDED: "A phone was added to your account",
    Notice.PHONE_CHANGED: "The phone of your account was changed",
    Notice.PHONE_REMOVED: "The phone of your account was removed",
    Notice.PHONE_WITHDRAWN: "Your phone no longer counts for your account",
    Notice.APP_CHANGED: "The authenticator app of your account was changed",
    Notice.PASSKEY_CHANGED: "The passkeys of your account were changed",
    Notice.RECOVERY_CODES_CHANGED: "Your recovery codes were replaced",
    Notice.RECOVERY_CODE_USED: "A recovery code was used to log in",
    Notice.PASSWORD_CHANGED: "Your password was changed",
    Notice.EMAIL_CHANGED: "The e-mail address of your account was changed",
    Notice.WRONG_CODES: "Somebody typed your password and then wrong codes",
    Notice.LOCKED: "Codes are paused for your account after too many wrong ones",
}
_EXPLAINED = {
    Notice.PHONE_WITHDRAWN: "Somebody else confirmed its number as theirs. Numbers are given to "
    "new owners after a while. Log in another way and add the phone you use now.\n\n",
    Notice.WRONG_CODES: "If it was not you, somebody knows your password: choose another.\n\n",
    Notice.RECOVERY_CODE_USED: "It is used up. You can make a new set under Security.\n\n",
}


def happened(notice: Notice) -> str:
    """What a notice tells of, as a sentence without full stop."""
    return _HAPPENED[notice]


def notice_mail(brand: str, notice: Notice, at: str, browser: str, url: str) -> Words:
    """Tells of a change. `at` and `browser` in words; `url` undoes and reports it."""
    told, more = _HAPPENED[notice], _EXPLAINED.get(notice, "")
    where = f", in {browser}" if browser else ""
    body = f"{told}, {at}{where}.\n\n{more}Was it you? Then you need not do anything.\n\n"
    body += f"Was it not you? Open this link within 7 days:\n{url}\n"
    return Words(f"{brand}: {told[0].lower()}{told[1:]}", body)


def reset_mail(brand: str, url: str) -> Words:
    """Brings the link to set a new password."""
    body = (
        "Somebody asked for a new password for your account. If it was you, open this link within "
        f"30 minutes:\n{url}\n\nIt works once. You still need your second step to log in.\n\n"
        "Was it not you? Then leave it: nothing changes.\n"
    )
    return Words(f"{brand}: set a new password", body)


def confirm_mail(brand: str, url: str) -> Words:
    """Asks to prove an address."""
    body = (
        f"Please confirm that this address is yours. Open this link within 7 days:\n{url}\n\n"
        f"You have no account with {brand}? Then leave it: somebody mistyped their address.\n"
    )
    return Words(f"{brand}: confirm your e-mail address", body)


def taken_mail(brand: str, url: str) -> Words:
    """Tells the owner of an address that somebody tried to sign up with it."""
    body = (
        "Somebody tried to create an account with your address. You have one already.\n\n"
        f"Was it you? Log in here, or set a new password:\n{url}\n\n"
        "Was it not you? Then leave it: nothing changes.\n"
    )
    return Words(f"{brand}: you have an account already", body)


def alert_mail(brand: str, title: str, told: Sequence[str], url: str) -> Words:
    """Tells an operator of an alert; `told` is what is known of it, a paragraph each."""
    body = "\n\n".join(told)
    body += (
        f"\n\nAlerts, with charts; there you can say that you look after it, or mute it for "
        f"24 hours:\n{url}\n\nYou get this mail because you are an operator of {brand}.\n"
    )
    return Words(f"{brand} alert: {title}", body)
