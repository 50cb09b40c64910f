"""Speaking to a mail server: one connection for many mails. Nothing here knows of tables or templates."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

TIMEOUT = 20


class Undeliverable(Exception):
    """This mail will never be accepted: trying again is of no use."""


def build(rendered, reader, sender: str, message_id: int, now) -> EmailMessage:
    """The mail, HTML and text. Its Message-ID never changes, so that a mail sent twice by a crash is shown once."""
    name, address = parseaddr(sender)
    mail = EmailMessage()
    try:
        local, _at, domain = reader.email.rpartition("@")
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
        mail["To"] = Address(display_name=reader.name, username=local, domain=domain)
        mail["From"] = Address(display_name=name, addr_spec=address)
    except (ValueError, IndexError, UnicodeError) as error:
        raise Undeliverable(f"address: {error}") from error
    mail["Subject"] = rendered.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<message-{message_id}@{address.rpartition('@')[2] or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    mail["Content-Language"] = rendered.language  # After the parts, which would take it along.
    return mail


class MailServer:
    """One connection to ``smtp://`` or ``smtps://user:password@host:port``, opened at the first mail.

    Over ``smtp://`` it is encrypted where the server offers it, and always before a password is said. A server found
    down stays down for this round: fifty mails do not wait fifty times for it.
    """

    def __init__(self, url: str):
        self.url = url
        self._server: smtplib.SMTP | None = None
        self._down: Exception | None = None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._server is not None:
            with suppress(OSError):
                self._server.quit()

    def send(self, mail: EmailMessage) -> None:
        """Send one mail; raise Undeliverable when the server refuses it for good, OSError when it may accept it
        another time."""
        if self._down is not None:
            raise self._down
        try:
            self._server = self._server or self._connect()
            _send(self._server, mail)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused):
            raise
        except OSError as error:  # What smtplib raises is an OSError too.
            self._down = error
            raise

    def _connect(self) -> smtplib.SMTP:
        parts = urlsplit(self.url)
        context = ssl.create_default_context()
        if parts.scheme == "smtps":
            server = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=TIMEOUT)
            server.ehlo()
            if server.has_extn("starttls") or parts.username:
                server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        return server


def _send(server: smtplib.SMTP, mail: EmailMessage) -> None:
    try:
        server.send_message(mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        if code >= 500:
            raise Undeliverable(f"{code} {words.decode(errors='replace')}") from error
        raise
    except smtplib.SMTPNotSupportedError as error:
        raise Undeliverable(str(error)) from error
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= 500:
            raise Undeliverable(f"{error.smtp_code} {error.smtp_error!r}") from error
        raise
