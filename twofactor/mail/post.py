"""The mail server, by SMTP (RFC 5321) and nothing but the standard library."""

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

SECONDS = 10


class NotTaken(Exception):
    """The server did not take the mail; `permanent`: it never will."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Post:
    """Hands single mails to one server. `smtps` is encrypted from the start; `smtp` is encrypted
    by STARTTLS wherever a password is sent or the server offers it."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._is_encrypted = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or (465 if self._is_encrypted else 25)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender

    def send(self, to: str, subject: str, body: str) -> None:
        """Returns when the server has taken the mail. Raises NotTaken."""
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = self._sender, to, subject
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(body)
        try:
            server = self._connected()
            try:
                server.send_message(mail)
            finally:  # a quarrel about the goodbye must not send the mail twice
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise NotTaken("refused", permanent=all(code >= 500 for code in codes)) from None
        except smtplib.SMTPResponseException as error:
            permanent = error.smtp_code >= 500 and not isinstance(
                error, smtplib.SMTPAuthenticationError
            )
            raise NotTaken(f"code {error.smtp_code}", permanent=permanent) from None
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(type(error).__name__, permanent=False) from None

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._is_encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self._host, self._port, timeout=SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=SECONDS)
            server.ehlo()
            if self._password or server.has_extn("starttls"):
                server.starttls(context=context)
        if self._user:
            server.login(self._user, self._password)
        return server
