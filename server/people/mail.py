"""E-mail over SMTP, where it is configured; elsewhere links are shown to whoever makes them."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from server.background import Background
from server.logs import log
from server.settings import Settings

SECONDS = 20
"""How long a mail server may take to answer."""


class Mail:
    """Sends short texts with a link, in the background: nobody waits for a mail server.

    smtp://HOST:PORT, with user and password where needed; smtps:// for TLS from the start. Over smtp:// TLS is used
    when the server offers it; a password is sent over TLS, or to this machine, alone.
    """

    def __init__(self, settings: Settings, background: Background) -> None:
        self._url, self._sender, self._background = settings.smtp_url, settings.mail_from, background

    @property
    def is_configured(self) -> bool:
        return self._url is not None

    def send(self, to: str, subject: str, text: str) -> None:
        """Hand a message to the mail server, soon; a failure is logged, since a link can be had in another way.
        to: an address that `EmailAddress` has read."""
        if not self.is_configured:
            return
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message.set_content(text)
        self._background.start(self._try(message))

    async def _try(self, message: EmailMessage) -> None:
        try:
            await asyncio.to_thread(self._hand_over, message)
        except OSError as error:  # SMTPException is one
            log.error("an e-mail could not be sent", exc_info=error)

    def _hand_over(self, message: EmailMessage) -> None:
        assert self._url
        at = urlsplit(self._url)
        host, port = at.hostname or "localhost", at.port or (465 if at.scheme == "smtps" else 25)
        make = smtplib.SMTP_SSL if at.scheme == "smtps" else smtplib.SMTP
        with make(host, port, timeout=SECONDS) as server:
            server.ehlo()
            is_private = at.scheme == "smtps" or host in ("localhost", "127.0.0.1", "::1")
            if at.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                is_private = True
            if at.username:
                if not is_private:
                    raise smtplib.SMTPNotSupportedError("it offers no TLS, and a password is not sent in the clear")
                server.login(unquote(at.username), unquote(at.password or ""))
            server.send_message(message)
