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
    Notice.RECOVERY_LINK_USED: "A link from support was used to log in",
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


def recovery_mail(brand: str, url: str) -> Words:
    """Brings the link that an operator has sent to somebody who lost their second step."""
    body = (
        "You asked us for help, because you have no second step any more. Log in with your "
        f"password first. Then open this link in the same browser, within an hour:\n{url}\n\n"
        "It works once, and lets you add a new phone or another second step.\n\n"
        "You did not ask for help? Then do not open it and do not give it to anybody: somebody "
        "pretended to be you. Please answer this mail or write to us.\n"
    )
    return Words(f"{brand}: your way back in", body)


def confirm_mail(brand: str, url: str) -> Words:
    """Asks to prove an address."""
    body = (
        f"Please confirm that this address is yours. Open this link within 7 days:\n{url}\n\n"
        f"You have no account with {brand}? Then leave it: somebody mistyped their address.\n"
    )
    return Words(f"{brand}: confirm your e-mail address", body)


def taken_mail(brand: str, url: str) -> Words:
    """Tells the owner of an address that somebody signed up with it."""
    body = (
        "Somebody signed up with your address. You have an account already, and it stays as it "
        "is.\n\n"
        f"Was it you? Log in as before, or set a new password:\n{url}\n\n"
        "Was it not you? Then leave it: they can't confirm your address.\n"
    )
    return Words(f"{brand}: you have an account already", body)


def report_mail(brand: str, user_sid: str, what: str, at: str) -> Words:
    """Tells support that a user is in trouble. Names nobody: mail is read by others, too."""
    body = (
        f"User {user_sid} said \u201cthis was not me\u201d, {at}. It was about: {what}.\n\n"
        "Everybody is logged out of the account, codes under way have ended, and a link to set a "
        "new password is in the user's mail. Texts to the phone may rest for a day; "
        "`flask users unlock` ends that.\n\nThe audit on the operators' pages tells what "
        "happened before.\n"
    )
    return Words(f"{brand}: a user reported \u201cthis was not me\u201d", body)


def alert_mail(brand: str, title: str, told: Sequence[str], url: str) -> Words:
    """Tells an operator of an alert; `told` is what is known of it, a paragraph each."""
    body = "\n\n".join(told)
    body += (
        f"\n\nAlerts, with charts; there you can say that you look after it, or mute it for "
        f"24 hours:\n{url}\n\nYou get this mail because you are an operator of {brand}.\n"
    )
    return Words(f"{brand} alert: {title}", body)
