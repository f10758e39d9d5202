"""The product on this machine, with a demo firm in it, until Ctrl-C."""

import errno
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from crm import local
from crm.local.supervisor import Supervisor
from tenants.management.reporting import OneLineCommand

HOME = local.DEMO.home
LOGS = HOME / "logs"
# seed(announce=…) fills it once and leaves it alone afterwards; LOG_INS are shown to the person.
DEMO_FIRM = "crm.demo"


class Stopped(BaseException):
    """Ctrl-C, or the end of the terminal: a wish that no `except Exception` on the way may swallow."""


class Command(OneLineCommand):
    help = "Starts everything (web, worker, beat), fills a demo firm at the first start, stops all of it on Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--empty", action="store_true", help="Without the demo firm.")
        parser.add_argument("--json", action="store_true", help="Print one JSON document once it runs, nothing else.")

    def handle(self, *args: Any, port: int, empty: bool, **options: Any) -> None:
        self._wished_to_stop, self._as_json = False, options["json"]
        # What is said on the way; the document has the standard output to itself.
        self._told = self.stderr if self._as_json else self.stdout
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)
        supervisor = Supervisor(LOGS)
        try:
            with _only_one():
                _require_free(port)
                self._prepare(with_firm=not empty and find_spec(DEMO_FIRM) is not None)
                self._serve(supervisor, port)
        except Stopped:
            self._told.write("\nStopping …")
        except local.PartsError as problem:
            raise CommandError(str(problem)) from problem
        finally:
            # From here on a second Ctrl-C must not leave anything behind.
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            supervisor.stop()
            local.DEMO.release()

    def _prepare(self, *, with_firm: bool) -> None:
        self._step("Preparing the tables")
        call_command("migrate", interactive=False, verbosity=0)
        with _locked(settings.BASE_DIR, fcntl.LOCK_EX):
            if _is_stale():
                self._step("Collecting style sheets and scripts")
                _collect()
        if with_firm:
            self._step("Looking after the demo firm")
            import_module(DEMO_FIRM).seed(announce=self._step)

    def _serve(self, supervisor: Supervisor, port: int) -> None:
        address = f"http://localhost:{port}"
        environment = _environment(address)
        for name, command in _commands(port).items():
            supervisor.start(name, [sys.executable, "-m", *command], environment, settings.BASE_DIR)
        self._step("Starting web, worker and beat")
        supervisor.wait_for(f"http://127.0.0.1:{port}/readyz")
        if self._as_json:
            self._document(address)
        else:
            self._tell(address)
        self.stdout.flush()
        while not self._wished_to_stop:
            supervisor.check()
            time.sleep(0.2)
        raise Stopped

    def _tell(self, address: str) -> None:
        self.stdout.write(f"\nCadenza runs at {address}/\n")
        for log_in in _log_ins():
            self.stdout.write(f"  {log_in.email:<32} {log_in.password:<24} {log_in.role}")
        self.stdout.write(f"Caught mail: {address}/mail-catcher/ and {HOME / 'mail'}; logs: {LOGS}.\n")
        self.stdout.write("Ctrl-C stops everything; the data stays.")

    def _document(self, address: str) -> None:
        log_ins = [{"email": each.email, "password": each.password, "role": each.role} for each in _log_ins()]
        self.stdout.write(json.dumps({"url": f"{address}/", "log_ins": log_ins, "logs": str(LOGS)}))

    def _stop(self, number: int, frame: FrameType | None) -> NoReturn:
        # Raised inside a destructor or a weak reference's callback (an import has some) an exception is lost: the
        # wish is noted as well.
        self._wished_to_stop = True
        raise Stopped

    def _step(self, text: str) -> None:
        self._told.write(f"{text} …")
        self._told.flush()


def _log_ins() -> Sequence[Any]:
    return import_module(DEMO_FIRM).LOG_INS if find_spec(DEMO_FIRM) else ()


@contextmanager
def _locked(path: Path, operation: int) -> Iterator[None]:
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, operation)
        yield
    finally:
        os.close(handle)


@contextmanager
def _only_one() -> Iterator[None]:
    """Two workers and two beats on one database would only confuse; two checkouts may run side by side."""
    HOME.mkdir(parents=True, exist_ok=True)
    (HOME / "demo-lock").touch(mode=0o600)
    try:
        with _locked(HOME / "demo-lock", fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield
    except BlockingIOError as taken:
        raise CommandError("The demo of this folder runs already in another terminal.") from taken


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise CommandError(f"Port {port} cannot be used: {problem.strerror}.") from problem
            raise CommandError(
                f"Port {port} is taken by another program: choose another one, as in PORT={port + 1} make demo"
            ) from problem


def _is_stale() -> bool:
    """Whether something that `collectstatic` gathers is younger than what it gathered."""
    made = Path(settings.STATIC_ROOT) / "staticfiles.json"
    sources = [settings.BASE_DIR / "requirements.txt", *(settings.BASE_DIR / "frontend" / "dist").rglob("*")]
    return not made.exists() or any(path.stat().st_mtime > made.stat().st_mtime for path in sources if path.is_file())


def _collect() -> None:
    """In a process of its own, because it uses another storage than the one that serves."""
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0", "--ignore", "rest_framework"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CommandError(f"collectstatic failed: {done.stderr.strip()[-600:]}")


def _environment(address: str) -> dict[str, str]:
    wishes = {
        "SITE_URL": address,
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(HOME / "mail"),
    }
    without_the_deploy_secret = {name: value for name, value in os.environ.items() if name != "MIGRATION_DATABASE_URL"}
    return wishes | without_the_deploy_secret


def _commands(port: int) -> dict[str, list[str]]:
    web = ["gunicorn", "crm.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4"]
    celery = ["celery", "--app", "crm", "--quiet"]
    # Without --pidfile beat would leave a file in the project's folder.
    beat = ["beat", "--schedule", str(HOME / "beat"), "--pidfile", ""]
    return {
        "web": [*web, "--graceful-timeout", "5", "--no-control-socket"],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO", "--without-gossip"],
        "beat": [*celery, *beat, "--loglevel", "INFO"],
    }
