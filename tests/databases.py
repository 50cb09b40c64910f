"""The databases tests run on: a fresh SQLite file, or a database of a PostgreSQL server started for the run."""

from __future__ import annotations

import atexit
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
    """A loopback port that nobody listens on. It stays bound, so that nobody else is given it before the server it is
    for listens there, as any server may beside a socket that does not."""
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    probe.bind(("127.0.0.1", 0))
    atexit.register(probe.close)
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
    """One database per worker, brought back to its prepared state before each test.

    Only what a test touched is put back: to make a database anew takes longer than most tests. A table's state is told
    by its number of rows and the transactions that wrote them.
    """

    def __init__(self, server_url: str, worker: str):
        self.name = f"test_{worker}"
        self.url = server_url.rsplit("/", 1)[0] + f"/{self.name}"
        with self._connect(server_url) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name}"')
            connection.execute(f'CREATE DATABASE "{self.name}"')

    def _connect(self, url: str):
        import psycopg

        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)

    def keep(self, engine) -> None:
        """Keep the present state as what every test starts from, in a schema beside it."""
        engine.dispose()
        with self._connect(self.url) as connection:
            names = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            self.tables = [name for (name,) in connection.execute(names)]
            self.look = " UNION ALL ".join(
                f"SELECT '{t}', count(*), coalesce(sum(xmin::text::bigint), 0) FROM public.\"{t}\"" for t in self.tables
            )
            self.state = self._look(connection)
            connection.execute("CREATE SCHEMA prepared")
            for table in self.tables:
                connection.execute(f'CREATE TABLE prepared."{table}" AS TABLE public."{table}"')
            self.sequences = connection.execute(
                "SELECT quote_ident(sequencename), coalesce(last_value, start_value), last_value IS NOT NULL "
                "FROM pg_sequences WHERE schemaname = 'public'"
            ).fetchall()

    def _look(self, connection) -> dict[str, tuple]:
        return {name: state for name, *state in connection.execute(self.look)}

    def restore(self, engine) -> None:
        """Bring the prepared state back; whoever is still connected is sent away."""
        engine.dispose()
        with self._connect(self.url) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            state = self._look(connection)
            touched = [table for table in self.tables if state[table] != self.state[table]]
            if touched:
                # As a replica: no foreign key and no guard of a log stands in the way.
                connection.execute("SET session_replication_role = replica")
                for table in touched:
                    connection.execute(f'DELETE FROM public."{table}"')
                    connection.execute(f'INSERT INTO public."{table}" SELECT * FROM prepared."{table}"')
                self.state = self._look(connection)
            sequences = ", ".join(f"setval('{name}', {value}, {called})" for name, value, called in self.sequences)
            connection.execute(f"SELECT {sequences}")
