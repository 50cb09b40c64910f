"""A mail server on loopback, a kind of message for tests, and somebody to write to."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading

import pytest

from elearn.notifications import kinds

from ..factories import make_person


class Smtp(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs; the server's ``answers`` say how each recipient is received."""

    def say(self, line: str) -> None:
        """One line of answer."""
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        """One connection."""
        self.server.connections += 1
        self.say("220 tests")
        answer = "250 ok"
        while line := self.rfile.readline().decode().strip():
            verb = line.split(":")[0].upper()
            if verb.startswith("RCPT"):
                answer = next((a for part, a in self.server.answers.items() if part in line), "250 ok")
                self.say(answer)
            elif verb == "DATA":
                self.say("354 go on")
                lines = []
                while (data := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(data[1:] if data.startswith(b"..") else data)
                self.server.mails.append(email.message_from_bytes(b"".join(lines), policy=email.policy.default))
                self.say("250 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")


@pytest.fixture
def smtp():
    """A running server: ``url``, ``mails`` received, ``answers`` by part of the recipient's address."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp) as server:
        server.daemon_threads = True
        server.mails, server.answers, server.connections = [], {}, 0
        server.url = f"smtp://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def own_kinds():
    """Kinds that tests register are forgotten after each."""
    before = dict(kinds._kinds)
    yield
    kinds._kinds.clear()
    kinds._kinds.update(before)


@pytest.fixture
def reader(app):
    """Somebody who reads French."""
    return make_person(given_name="Éléonore", family_name="Lefèvre", email="eleonore@tests.example", language="fr")
