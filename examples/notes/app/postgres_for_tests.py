"""A real PostgreSQL for the tests: a temporary cluster that listens on a Unix socket only."""

import glob
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile


class Postgres:
    """A PostgreSQL server in a temporary directory."""

    def __init__(self):
        self.bin = pathlib.Path(programs())
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="notes-postgres-"))
        # PostgreSQL refuses to run as root.
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            os.chown(self.directory, pwd.getpwnam(self.user).pw_uid, -1)
        self._run("initdb", "--auth=trust", "--username=notes", "--no-sync", "--pgdata", self.directory / "data")
        self._run(
            "pg_ctl",
            "start",
            "--wait",
            "--silent",
            "--pgdata",
            self.directory / "data",
            "--log",
            self.directory / "log",
            "--options",
            f"-F -c listen_addresses='' -c unix_socket_directories={self.directory}",
        )

    def environment(self, database: str) -> dict[str, str]:
        """The libpq variables that lead to one of its databases."""
        return {"PGHOST": str(self.directory), "PGUSER": "notes", "PGDATABASE": database}

    def create(self, database: str) -> None:
        """Creates an empty database."""
        self._run("createdb", "--host", self.directory, "--username=notes", database)

    def stop(self) -> None:
        """Ends the server and removes everything."""
        self._run("pg_ctl", "stop", "--mode=immediate", "--silent", "--pgdata", self.directory / "data")
        shutil.rmtree(self.directory)

    def _run(self, program, *arguments):
        subprocess.run(
            [self.bin / program, *arguments],
            check=True,
            user=self.user,
            cwd=self.directory,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )


def programs() -> str:
    """The directory of PostgreSQL's programs; Debian keeps initdb out of the PATH."""
    found = shutil.which("initdb")
    if found:
        return os.path.dirname(os.path.realpath(found))
    versions = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if not versions:
        raise FileNotFoundError("PostgreSQL's initdb is not here: apt-get install postgresql")
    return versions[-1]
