"""A private PostgreSQL for the tests: its own folder, a socket, no network, gone at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

DURABLE = "-c listen_addresses=''"
FAST = f"{DURABLE} -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def programs() -> Path | None:
    """Where `initdb` and `pg_ctl` are: on the path, or where Debian keeps its newest version."""
    on_path = shutil.which("pg_ctl")
    if on_path and shutil.which("initdb"):
        return Path(on_path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"))
    return found[-1].parent if found else None


@contextmanager
def cluster(binaries: Path, settings: str = FAST) -> Iterator[str]:
    """Start a cluster and yield the address of a database in it, with `{}` in the database's place."""
    folder = Path(tempfile.mkdtemp(prefix="openline-postgres-"))
    user = _owner(folder)
    data = str(folder / "data")
    how = ("--no-sync", "--auth=trust", "--username=postgres", "--encoding=UTF8")
    _run(folder, user, binaries / "initdb", *how, "-D", data)
    options = f"{settings} -k {folder}"
    _run(folder, user, binaries / "pg_ctl", "-D", data, "-l", str(folder / "log"), "-o", options, "-w", "start")
    try:
        yield f"postgresql+psycopg://postgres@/{{}}?host={folder}"
    finally:
        _run(folder, user, binaries / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def execute(url: str, statement: str) -> None:
    """Run one statement outside any transaction."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement.encode())


def await_waiting(url: str) -> None:
    """Return when some statement waits for a lock."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        for _ in range(1000):
            if connection.execute("SELECT 1 FROM pg_locks WHERE NOT granted").fetchone():
                return
            time.sleep(0.01)
    raise TimeoutError("nothing waits")


def _owner(folder: Path) -> str | None:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return None
    account = pwd.getpwnam("postgres")
    os.chown(folder, account.pw_uid, account.pw_gid)
    return account.pw_name


def _run(folder: Path, user: str | None, *command: object) -> None:
    subprocess.run(
        [str(part) for part in command],
        check=True,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )
