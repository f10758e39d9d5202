"""What holds only as an installation is set up: cookies, TLS, passwords. The settings are read anew, in a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client

from tenants.models import Membership
from tests.cast import PASSWORD, login, page

ROOT = Path(__file__).resolve().parents[2]
NAMES = [
    "SESSION_COOKIE_NAME",
    "SESSION_COOKIE_SECURE",
    "SESSION_COOKIE_HTTPONLY",
    "SESSION_COOKIE_SAMESITE",
    "SESSION_COOKIE_DOMAIN",
    "SESSION_COOKIE_PATH",
    "SESSION_COOKIE_AGE",
    "CSRF_COOKIE_NAME",
    "CSRF_COOKIE_SECURE",
    "CSRF_COOKIE_SAMESITE",
    "SECURE_HSTS_SECONDS",
    "PASSWORD_HASHERS",
    "DEBUG",
]
ASK = f"import json; from django.conf import settings; print(json.dumps({{n: getattr(settings, n) for n in {NAMES}}}))"


@cache
def deployed() -> dict[str, Any]:
    """The settings behind TLS, none of them from this process."""
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "crm.settings",
        "DATABASE_URL": "postgres://nobody@localhost/none",
        "REDIS_URL": "redis://localhost",
        "SECRET_KEY": "none",
        "HTTPS": "true",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_cookies_are_locked_to_their_host() -> None:
    said = deployed()

    for kind in ("SESSION", "CSRF"):
        assert said[f"{kind}_COOKIE_NAME"].startswith("__Host-")
        assert said[f"{kind}_COOKIE_SECURE"] is True
        assert said[f"{kind}_COOKIE_SAMESITE"] == "Lax"
    assert said["SESSION_COOKIE_HTTPONLY"] is True
    assert (said["SESSION_COOKIE_DOMAIN"], said["SESSION_COOKIE_PATH"]) == (None, "/")
    assert said["SESSION_COOKIE_AGE"] <= 12 * 60 * 60


def test_browsers_are_told_to_stay_with_tls(db: None, settings: Any) -> None:
    assert deployed()["SECURE_HSTS_SECONDS"] >= 31_536_000
    assert deployed()["DEBUG"] is False
    settings.SECURE_HSTS_SECONDS = deployed()["SECURE_HSTS_SECONDS"]

    assert Client().get("/account/login/", secure=True)["Strict-Transport-Security"].startswith("max-age=31536000")


def test_passwords_are_kept_by_argon2() -> None:
    assert deployed()["PASSWORD_HASHERS"][0].endswith("Argon2PasswordHasher")
    assert Argon2PasswordHasher().encode("x", "saltsalt").startswith("argon2$argon2id$")


def test_a_long_password_is_taken_whole(alice: Membership) -> None:
    long = "à b" * 40
    alice.user.set_password(long)
    alice.user.save()

    assert Client().post("/account/login/", {"login": alice.user.email, "password": long[:-1]}).status_code == 200
    assert Client().post("/account/login/", {"login": alice.user.email, "password": long}).status_code == 302


def test_a_changed_password_ends_the_other_sessions(alice: Membership) -> None:
    before = login(Client(), alice)
    assert before.get(page(alice, "settings/me/")).status_code == 200
    alice.user.set_password(PASSWORD + "-new")
    alice.user.save()

    assert before.get(page(alice, "settings/me/"))["Location"].startswith("/account/login/")
