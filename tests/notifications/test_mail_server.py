"""A real mail server with TLS and a password: what is sent reaches it encrypted, and each fault of the settings is named."""

from __future__ import annotations

import datetime as dt
import ssl
from types import SimpleNamespace
from urllib.parse import quote

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from sqlalchemy import select

from elearn.db import db, utcnow
from elearn.notifications import undelivered
from elearn.notifications.models import Message

from ..databases import free_port
from .test_delivery import deliver, say, states

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

USER, PASSWORD = "porte-voix@tests.example", "p@ss:/é?#% +1"
AUTHORITY = trustme.CA()


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """``serve(tls=…)`` starts a mail server that asks for a password: ``starttls``, ``smtps``, or ``none`` of both;
    ``name`` is the one its certificate is for. It gives its address and the mails it received."""
    AUTHORITY.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    running = []

    def start(tls="starttls", name="127.0.0.1", password=PASSWORD, drops=False):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        AUTHORITY.issue_cert(name).configure_cert(context)
        mails = []

        class Handler:
            async def handle_DATA(self, server, session, envelope):
                encrypted = server.transport.get_extra_info("ssl_object") is not None
                mails.append(SimpleNamespace(to=envelope.rcpt_tos, encrypted=encrypted, user=session.auth_data))
                return "250 kept"

            async def handle_NOOP(self, server, session, envelope, words):
                if drops:
                    server.transport.close()
                return "250 still here"

        def check(server, session, envelope, mechanism, data):
            right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
            return AuthResult(success=right, handled=False, auth_data=data.login if right else None)

        options = (
            {"ssl_context": context} if tls == "smtps" else {"tls_context": context if tls == "starttls" else None}
        )
        server = Controller(
            Handler(),
            hostname="127.0.0.1",
            port=free_port(),
            authenticator=check,
            auth_required=True,
            auth_require_tls=tls == "starttls",
            ready_timeout=60,
            **options,
        )
        server.start()
        running.append(server)
        scheme = "smtps" if tls == "smtps" else "smtp"
        url = f"{scheme}://{quote(USER, safe='')}:{quote(password, safe='')}@127.0.0.1:{server.port}"
        return SimpleNamespace(url=url, mails=mails)

    yield start
    for server in running:
        server.stop()


def last_error():
    """What the outbox keeps of the last failure."""
    db.session.rollback()
    return db.session.scalar(select(Message.last_error).order_by(Message.id.desc()))


@pytest.mark.parametrize("tls", ["starttls", "smtps"])
def test_deliver_when_server_asks_for_tls_and_a_password(reader, serve, tls):
    """Encrypted before anything is said, signed in with a password of any characters, percent-encoded in the address."""
    server = serve(tls)
    say(reader)
    say(reader)
    assert deliver(server).sent == 2
    assert [(mail.to, mail.encrypted) for mail in server.mails] == [([reader.email], True)] * 2
    assert server.mails[0].user == USER.encode()


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"name": "elsewhere.example"}, "SSLCertVerificationError", "certificat"),
        ({"tls": "smtps", "name": "elsewhere.example"}, "SSLCertVerificationError", "certificat"),
        ({"password": "wrong"}, "SMTPAuthenticationError", "mot de passe"),
        ({"tls": "none"}, "SMTPNotSupportedError", "chiffrée"),
    ],
)
def test_deliver_when_settings_are_wrong(reader, serve, options, error, sentence):
    """A certificate for another name, a wrong password, no encryption before a password: refused, kept for later, and
    said in words; the password itself is never written down."""
    server = serve(**options)
    say(reader)
    done = deliver(server)
    assert (done.sent, done.put_off) == (0, 1) and server.mails == []
    kept = last_error()
    assert kept.startswith(error) and PASSWORD not in kept
    assert sentence in undelivered.explain(kept)


def test_deliver_when_authority_is_unknown(reader, serve, monkeypatch):
    """A certificate that no known authority signed is refused."""
    server = serve("smtps")
    monkeypatch.delenv("SSL_CERT_FILE")
    say(reader)
    assert deliver(server).put_off == 1
    assert last_error().startswith("SSLCertVerificationError")


def test_deliver_when_server_hangs_up_between_mails(reader, serve):
    """A server that ends its conversations after one mail is called again for the next, without a try lost."""
    server = serve(drops=True)
    say(reader)
    say(reader)
    assert deliver(server).sent == 2 and len(server.mails) == 2


def test_deliver_when_server_was_down_for_a_day(reader, serve):
    """Nobody answers for a day, further and further apart; the server comes back and has the mail once."""
    now = start = utcnow()
    say(reader, now=start)
    nobody = SimpleNamespace(url=f"smtp://127.0.0.1:{free_port()}")
    moments = []
    while now < start + dt.timedelta(days=1):
        if deliver(nobody, now=now).put_off:
            moments.append(now)
        now += dt.timedelta(minutes=30)
    assert states()[0][0] == "waiting" and len(moments) < 10
    assert "ne répond pas" in undelivered.explain(last_error())
    server = serve()
    for _round in range(3):
        deliver(server, now=start + dt.timedelta(days=2))
    assert len(server.mails) == 1 and states()[0][0] == "sent"
