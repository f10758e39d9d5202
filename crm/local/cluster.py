"""A PostgreSQL and a Redis-compatible server in one folder, shared by all processes of this checkout."""

import fcntl
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from crm.local.account import Account, PartsError, find_account
from crm.local.postgres import Postgres, find_binaries
from crm.local.valkey import Valkey

# CADENZA_LOCAL keeps the data in another folder.
LOCAL = Path(os.environ.get("CADENZA_LOCAL") or Path(__file__).resolve().parents[2] / ".local").resolve()


class Cluster:
    """The parts named `name`. Who holds them keeps them running; who lets go last stops them.

    The hold is a shared file lock, which the system releases even for a process killed with -9.
    """

    def __init__(
        self, name: str, *, durable: bool, local: Path = LOCAL, settings: Mapping[str, str] | None = None
    ) -> None:
        self.home = local / name
        self.durable = durable
        self.settings = settings or {}
        self._hold: int | None = None

    @property
    def account(self) -> Account:
        return find_account()

    @property
    def postgres(self) -> Postgres:
        return Postgres(self.home, self.account, self.durable, self.settings)

    @property
    def valkey(self) -> Valkey:
        return Valkey(self.home, self.account, self.durable)

    def hold(self, *, database: bool = True, redis: bool = True) -> None:
        """Start what is not running and keep it running until `release`."""
        self._prepare_folder()
        with self._alone():
            if self._hold is None:
                self._hold = os.open(self.home / "holders", os.O_RDWR | os.O_CREAT, 0o600)
                fcntl.flock(self._hold, fcntl.LOCK_SH)
            try:
                if database and not self.postgres.is_running():
                    self._start_postgres()
                if redis and not self.valkey.is_running():
                    self.valkey.start()
            except BaseException:  # also Ctrl-C: half a start must not stay behind
                self._let_go()
                raise

    def release(self) -> None:
        """Let go; the last one stops both servers."""
        if self._hold is not None:
            with self._alone():
                self._let_go()

    def _let_go(self) -> None:
        if self._hold is None:
            return
        try:
            fcntl.flock(self._hold, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            pass  # somebody else still works with them
        else:
            self._stop_parts()
        os.close(self._hold)
        self._hold = None

    def stop(self) -> None:
        """Stop both servers whoever uses them."""
        if self.home.exists():
            with self._alone():
                self._stop_parts()

    def secret_key(self) -> str:
        """Django's key for this checkout: made once, so that a log-in survives a restart."""
        path = self.home / "secret-key"
        with self._alone():
            if not path.exists():
                path.touch(mode=0o600)
                path.write_text(secrets.token_urlsafe(48))
        return path.read_text()

    def _start_postgres(self) -> None:
        self.account.require_way_to(self.home)
        self.account.require_way_to(find_binaries())
        if self.postgres.is_created():
            self.postgres.start()
            return
        print(f"Creating the database in {self.home} …", file=sys.stderr, flush=True)  # noqa: T201
        self.postgres.create()

    def _stop_parts(self) -> None:
        self.valkey.stop()
        self.postgres.stop()

    def _prepare_folder(self) -> None:
        """Folders that the servers' user may enter, whatever the umask; refused when another user made them."""
        for folder in (self.home.parent, self.home):
            folder.mkdir(exist_ok=True)
            if folder.stat().st_uid != os.geteuid():
                raise PartsError(f"{folder} belongs to another user: work as that user, or remove the folder.")
            folder.chmod(0o711)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        handle = os.open(self.home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
