"""The settings of the suite: those of the product, on servers that forget, with cheap passwords."""

import os

from crm import local

local.ensure_running(local.TEST)
# Each xdist worker has a Redis database of its own (and empties it).
number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{number}"
os.environ["ATTACHMENTS_FOLDER"] = str(local.TEST.home / "attachments")

from crm.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}  # noqa: F405
# Static files straight from their sources: nothing is collected for a test.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
