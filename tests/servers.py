"""Real servers for tests that need one: the product under its own WSGI server, on a fresh instance and a free port."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from http.client import HTTPException
from pathlib import Path

from elearn.config import ROOT

from .databases import free_port

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


class Server:
    """One server process and its workers, in a process group of their own."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path, health: str = "/healthz"):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = log.open("ab")
        env = {k: v for k, v in os.environ.items() if not k.startswith(("ELEARN_", "COV"))}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**env, "PORT": str(self.port), **environment},
            stdout=self.log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            self._wait(health, log)
        except BaseException:
            self.stop()
            raise

    def _wait(self, path: str, log: Path) -> None:
        end = time.monotonic() + 300
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server stopped: {log.read_text()}")
            try:
                with urllib.request.urlopen(self.base + path, timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (OSError, HTTPException):
                time.sleep(0.05)  # Waiting for a process to listen; nothing is decided by how long.
        raise RuntimeError(f"the server never answered: {log.read_text()}")

    def kill(self) -> None:
        """End it as a power cut would: no process of the group gets a word in."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self) -> None:
        """End it politely; one that has not ended after two minutes is killed, and fails the test."""
        try:
            self.process.terminate()
            self.process.wait(timeout=120)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.log.close()

    def cpu_seconds(self) -> float:
        """User and system time of the serving processes so far, from the kernel's own accounting. The worker that
        delivers mail belongs to the group and answers nobody: it is left out."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
                command = stat.with_name("cmdline").read_bytes()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid and b"notifications" not in command:  # Process group.
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def start_product(instance: Path, **environment: str) -> Server:
    """``make run`` without the set-up: schema, content, demo company, server and worker."""
    instance.mkdir(parents=True, exist_ok=True)
    return Server(
        [sys.executable, "-m", "elearn.start"],
        {"ELEARN_INSTANCE": str(instance), **environment},
        instance / "server.log",
    )
