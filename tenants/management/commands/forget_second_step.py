"""``forget_second_step``: for somebody who has lost every passkey, telephone and code (ASVS 6.4.4)."""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tenants import audit, mail
from tenants.binding import use_firm
from tenants.management.reporting import ReportingCommand
from tenants.models import Membership, Session, User
from tenants.unbound import firms_of_user

LONGEST_REASON = 500


class Command(ReportingCommand):
    help = "Takes away somebody's second step of the log-in and ends his log-ins; he and his firms are told."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("email")
        parser.add_argument(
            "--reason", required=True, help="who asked, and how you know that it was he; kept in the trail"
        )

    @transaction.atomic
    def report(self, **options: Any) -> dict[str, Any]:
        reason = options["reason"].strip()[:LONGEST_REASON]
        if not reason:
            raise CommandError("Say why: --reason must not be empty.")
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody logs in as {options['email']!r}.")
        held = Authenticator.objects.filter(user=user)
        ways = sorted(held.values_list("type", flat=True))
        held.delete()
        Session.objects.filter(user=user).delete()
        if ways:
            self._tell(user, ways, reason)
        return {"email": user.email, "forgotten": ways}

    def _tell(self, user: User, ways: list[str], reason: str) -> None:
        language = settings.LANGUAGE_CODE
        for firm in firms_of_user(user.pk):
            with use_firm(firm.firm_id):
                member = Membership.objects.get(pk=firm.membership_id)
                language = member.language
                for way in ways:
                    told = {"way": way, "reason": reason}
                    audit.record("member.second_step_removed", member, by=None, after=told)
        with translation.override(language):
            mail.send_log_in_changed(user, _("the second step was taken away by whoever runs the installation"))
