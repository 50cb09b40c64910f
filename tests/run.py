"""``make test``: the whole suite, on SQLite with the browser, then on PostgreSQL; two processes each.

Arguments are passed on to pytest: ``python -m tests.run tests/people -x``.
"""

from __future__ import annotations

import os
import subprocess
import sys


def run(*arguments: str) -> int:
    """One run of pytest, over the machine's cores."""
    workers = str(min(4, os.cpu_count() or 2))
    command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "worksteal", *arguments]
    print("→", " ".join(command[2:]), flush=True)
    return subprocess.call(command)


def main() -> int:
    """The second database waits for the first to be green, so that what failed is the last thing on the screen."""
    given = sys.argv[1:]
    return run(*given) or run("--database=postgresql", *given)


if __name__ == "__main__":
    sys.exit(main())
