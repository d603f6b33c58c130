"""E-mail over SMTP, where it is configured; elsewhere links are shown to whoever makes them."""

from __future__ import annotations

import asyncio
import logging
import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from server.settings import Settings

log = logging.getLogger("onetext")

SECONDS = 20
"""How long a mail server may take to answer."""


class Mail:
    """Sends short texts with a link. smtp://HOST:PORT, with user and password where needed; smtps:// for TLS from the
    start; over smtp:// TLS is used when the server offers it."""

    def __init__(self, settings: Settings) -> None:
        self._url, self._sender = settings.smtp_url, settings.mail_from

    @property
    def is_configured(self) -> bool:
        return self._url is not None

    async def send(self, to: str, subject: str, text: str) -> None:
        """Hand a message to the mail server; raises OSError or SMTPException when that fails."""
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._sender, to, subject
        message.set_content(text)
        await asyncio.to_thread(self._hand_over, message)

    async def try_to_send(self, to: str, subject: str, text: str) -> None:
        """Send where that is possible; a failure is logged, since the link can be shown in another way."""
        if not self.is_configured:
            return
        try:
            await self.send(to, subject, text)
        except OSError as error:  # SMTPException is one
            log.error("an e-mail could not be sent: %r", error)

    def _hand_over(self, message: EmailMessage) -> None:
        assert self._url
        at = urlsplit(self._url)
        host, port = at.hostname or "localhost", at.port or (465 if at.scheme == "smtps" else 25)
        make = smtplib.SMTP_SSL if at.scheme == "smtps" else smtplib.SMTP
        with make(host, port, timeout=SECONDS) as server:
            if at.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            if at.username:
                server.login(unquote(at.username), unquote(at.password or ""))
            server.send_message(message)
