"""The manner of every command: one clear line on error; with ``--json`` one document on standard output (api.md).

Commands speak English, whatever their firms speak: their own words and what services and the database refuse.
"""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError
from django.utils import translation
from redis import RedisError

from tenants.unbound import all_firms


class OneLineCommand(BaseCommand):
    """Whatever goes wrong is told in one line, with an exit that is not zero."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A mistake in the arguments is told in one line too, without the usage, which ``--help`` shows."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.print_usage = lambda file=None: None  # type: ignore[method-assign]
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            with translation.override("en"):
                return super().execute(*args, **options)
        except ValidationError as refusal:
            raise CommandError(one_line(refusal)) from refusal
        except (DatabaseError, RedisError, ImproperlyConfigured, OSError, UnicodeError) as problem:
            raise CommandError(" ".join(str(problem).split())) from problem


class ReportingCommand(OneLineCommand):
    """Subclasses implement ``report``; what it returns is printed as JSON, or told in words by ``words``."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        result = self.report(**options)
        if options["json"]:
            self.stdout.write(json.dumps(result, cls=DjangoJSONEncoder, ensure_ascii=False))
        else:
            self.stdout.write(self.words(result))

    def report(self, **options: Any) -> Any:
        """Do the work and return what api.md promises as JSON."""
        raise NotImplementedError

    def words(self, result: Any) -> str:
        """The result for a person who reads it on a terminal."""
        return "\n".join(f"{name}: {value}" for name, value in result.items())


def firm_id_of(slug: str) -> int:
    """The id of the firm with this slug. Raises CommandError."""
    for firm_id, known in all_firms():
        if known == slug:
            return firm_id
    raise CommandError(f"There is no firm named {slug}.")


def one_line(refusal: ValidationError) -> str:
    """Everything that was refused, with the names of the fields, on one line."""
    with translation.override("en"):
        if not hasattr(refusal, "error_dict"):
            return " ".join(refusal.messages)
        return " ".join(f"{field}: {' '.join(texts)}" for field, texts in refusal.message_dict.items())
