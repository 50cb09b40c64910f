"""Speaking to a mail server: one connection for many mails. Nothing here knows of tables or templates."""

from __future__ import annotations

import base64
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


def name_server(url: str) -> str:
    """The server of ``ELEARN_SMTP_URL`` without its password, for who must recognise it; empty when none is set."""
    parts = urlsplit(url)
    port = parts.port or (465 if parts.scheme == "smtps" else 25)
    return f"{parts.scheme}://{parts.hostname}:{port}" if url else ""


class MailServer:
    """One connection to ``smtp://`` or ``smtps://user:password@host:port``, opened at the first mail.

    Over ``smtp://`` it is encrypted where the server offers it, and always before a password is said. The certificate
    is checked against the machine's authorities, or those of ``SSL_CERT_FILE``. A server found down stays down for this
    round: fifty mails do not wait fifty times for it. One that hung up between two mails is called again.
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
            if self._server is None or not _is_listening(self._server):
                self._server = self._connect()
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
        try:
            server.ehlo()
            if parts.scheme != "smtps" and (server.has_extn("starttls") or parts.username):
                server.starttls(context=context)
            server.ehlo_or_helo_if_needed()  # STARTTLS forgets what was said before it (RFC 3207, section 4.2).
            if parts.username:
                _log_in(server, unquote(parts.username), unquote(parts.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    """Give user and password, by PLAIN where the server takes it: one try, and any character (RFC 4616 says UTF-8),
    where smtplib writes ASCII only and goes on to the next way after a refusal."""
    if "PLAIN" not in server.esmtp_features.get("auth", "").split():
        server.login(user, password)
        return
    words = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, answer = server.docmd("AUTH", f"PLAIN {words}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, answer)


def _is_listening(server: smtplib.SMTP) -> bool:
    """Whether the connection still stands, asked before the mail rather than found out in the middle of it, when
    nobody could tell any more whether it was taken."""
    try:
        return server.noop()[0] == 250
    except OSError:
        return False


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
