"""The databases tests run on: a fresh SQLite file, or a database of a PostgreSQL server started for the run."""

from __future__ import annotations

import glob
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path


def find_postgresql() -> Path | None:
    """The folder of PostgreSQL's programs: Debian's newest, or the one on the PATH."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda f: int(f.split("/")[-2]))
    if folders:
        return Path(folders[-1])
    found = shutil.which("initdb")
    return Path(found).parent if found else None


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PostgresServer:
    """A throw-away PostgreSQL server on loopback. It refuses root, so root lends it to the `postgres` user."""

    def __init__(self):
        programs = find_postgresql()
        if programs is None:
            raise RuntimeError("PostgreSQL is missing: `make test` installs it, or `apt-get install postgresql`.")
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="pv-postgres-"))
        self.prefix = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            self.prefix = ["runuser", "-u", "postgres", "--"]
        self.port = free_port()

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs, quietly; its words are shown when it fails."""
        done = subprocess.run(
            [*self.prefix, str(self.programs / program), *arguments], capture_output=True, text=True, cwd="/"
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    def start(self) -> str:
        """Make a cluster and start it; return the address of its default database."""
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-U", "tests", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        options = (
            f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off "
            "-c full_page_writes=off -c max_connections=200"
        )
        self.run("pg_ctl", "-D", data, "-w", "-s", "-l", str(self.folder / "log"), "-o", options, "start")
        return f"postgresql+psycopg://tests@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        """Stop it and leave nothing behind."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-s", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)


class SqliteDatabase:
    """One file, copied from a prepared one before each test."""

    def __init__(self, folder: Path):
        self.file = folder / "test.sqlite3"
        self.prepared = folder / "prepared.sqlite3"
        self.url = f"sqlite:///{self.file}"

    def keep(self, engine) -> None:
        """Keep the present state as what every test starts from."""
        engine.dispose()
        self._drop_journal()
        shutil.copyfile(self.file, self.prepared)

    def restore(self, engine) -> None:
        """Bring the prepared state back."""
        engine.dispose()
        self._drop_journal()
        shutil.copyfile(self.prepared, self.file)

    def _drop_journal(self) -> None:
        for suffix in ("-wal", "-shm"):
            Path(f"{self.file}{suffix}").unlink(missing_ok=True)


class PostgresDatabase:
    """One database per worker, made anew from a template before each test."""

    def __init__(self, server_url: str, worker: str):
        self.server_url, self.name = server_url, f"test_{worker}"
        self.url = server_url.rsplit("/", 1)[0] + f"/{self.name}"
        self._admin(f'DROP DATABASE IF EXISTS "{self.name}"', f'CREATE DATABASE "{self.name}"')

    def _admin(self, *statements: str) -> None:
        import psycopg

        with psycopg.connect(self.server_url.replace("+psycopg", ""), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)

    def keep(self, engine) -> None:
        """Keep the present state as the template."""
        engine.dispose()
        self._admin(
            f'DROP DATABASE IF EXISTS "{self.name}_prepared"',
            f'CREATE DATABASE "{self.name}_prepared" TEMPLATE "{self.name}"',
        )

    def restore(self, engine) -> None:
        """Bring the template back."""
        engine.dispose()
        self._admin(
            f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)',
            f'CREATE DATABASE "{self.name}" TEMPLATE "{self.name}_prepared"',
        )
