#!/usr/bin/env python
"""Django's commands; without DATABASE_URL and REDIS_URL they run on the embedded servers (crm/local)."""

import os
import sys

from crm import local


def main() -> None:
    """Ctrl-C ends it without a trace of where it was, be it among the imports."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.settings")
    try:
        _run()
    except KeyboardInterrupt:
        sys.exit(130)


def _run() -> None:
    try:
        local.ensure_running(local.BENCH if sys.argv[1:2] == ["bench"] else local.DEMO)
    except local.PartsError as problem:
        sys.exit(f"manage.py: {problem}")
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 (Django reads the settings)
    from django.core.management import execute_from_command_line  # noqa: PLC0415

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        sys.exit(f"manage.py: {problem}")


if __name__ == "__main__":
    main()
