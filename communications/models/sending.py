"""Genera comunicazione and what it makes: a run with its frozen audience, and one communication for each client."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clients.models import Client
from communications.enums import (
    CommunicationState,
    LeftOut,
    RunState,
    TemplateKind,
)
from communications.models.mail import OutgoingMail
from communications.models.opportunities import ServiceOpportunity
from communications.models.templates import CommunicationTemplate
from tenants.constraints import FirmPolicy, wall
from tenants.fields import FirmForeignKey
from tenants.models import Derived, FirmOwned, Membership


class CommunicationRun(FirmOwned):
    """One template to many clients: a dry run at first (draft), then a job. The template is kept as it was then."""

    template = FirmForeignKey(
        CommunicationTemplate, on_delete=models.PROTECT, related_name="+", verbose_name=_("template")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=TemplateKind.choices)
    opportunity = FirmForeignKey(
        ServiceOpportunity, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("service")
    )
    name = models.CharField(_("name"), max_length=100)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("text"))
    frame = models.JSONField(default=dict)
    audience = models.CharField(_("clients"), max_length=200)
    # Of one client: what he has unsent of this template is replaced instead of leaving him out (SIS-23).
    replaces = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=RunState.choices, default=RunState.DRAFT)
    total = models.PositiveIntegerField(default=0)
    included = models.PositiveIntegerField(default=0)
    generated = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0, help_text="The last client who was dealt with.")
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    created_at = models.DateTimeField(_("prepared"))
    confirmed_at = models.DateTimeField(_("confirmed"), null=True)
    moved_at = models.DateTimeField(help_text="When it last got on, so that a lost message is noticed.")
    finished_at = models.DateTimeField(null=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("generation of communications")
        verbose_name_plural = _("generations of communications")
        ordering = ["-id"]
        constraints = [*wall("template", "opportunity", "by")]
        indexes = [
            models.Index(fields=["firm", "-confirmed_at"], name="communications_run_confirmed"),
        ]

    @property
    def tone(self) -> str:
        return RunState(self.state).tone

    @property
    def is_busy(self) -> bool:
        return self.state in (RunState.QUEUED, RunState.RUNNING)

    def __str__(self) -> str:
        return self.name


class AudienceMember(Derived):
    """A client as the dry run judged him: with the address that was his then, or the reason why he is left out.

    Written by the hundred thousand, hence without keys (docs/decisions/0002); the communication has them.
    """

    pk = models.CompositePrimaryKey("firm_id", "run_id", "client_id")
    run_id = models.BigIntegerField()
    client_id = models.BigIntegerField()
    address = models.CharField(max_length=254, blank=True)
    reason = models.CharField(max_length=15, choices=LeftOut.choices, blank=True)

    class Meta(FirmOwned.Meta):
        constraints = [FirmPolicy(name="communications_audiencemember_policy")]
        indexes = [
            models.Index(fields=["firm", "run_id", "reason", "client_id"], name="communications_audience_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.client_id}"


class Communication(FirmOwned):
    """What one client is to be told by e-mail. The address is frozen; the text is made when it leaves (O-42)."""

    run = FirmForeignKey(CommunicationRun, on_delete=models.PROTECT, related_name="communications")
    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="communications", verbose_name=_("client"))
    company = FirmForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.EmailField(_("e-mail"), max_length=254)
    state = models.CharField(
        _("state"), max_length=10, choices=CommunicationState.choices, default=CommunicationState.GENERATED
    )
    mail = FirmForeignKey(OutgoingMail, on_delete=models.PROTECT, null=True, related_name="communications")
    generated_at = models.DateTimeField(_("generated"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    # As it left: what was said to a client is proof (security.md 6), and the dossier shows it.
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    text = models.TextField(_("text"), blank=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True, help_text="A code, or what the server said.")
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("communication")
        verbose_name_plural = _("communications")
        ordering = ["-id"]
        constraints = [
            *wall("run", "client", "company", "mail"),
            # Once in each generation: whoever repeats a stretch of it adds nothing.
            models.UniqueConstraint(fields=["firm", "run", "client"], name="communications_communication_once"),
        ]
        indexes = [
            models.Index(fields=["firm", "state", "-id"], name="communications_comm_by_state"),
            models.Index(
                fields=["firm", "client", "-sent_at", "-id"],
                condition=models.Q(sent_at__isnull=False),
                name="communications_comm_by_client",
            ),
            models.Index(
                fields=["firm", "company", "-sent_at", "-id"],
                condition=models.Q(company__isnull=False, sent_at__isnull=False),
                name="communications_comm_by_company",
            ),
            # What one client has, sent or not.
            models.Index(fields=["firm", "client", "-id"], name="communications_comm_of_client"),
            models.Index(
                fields=["firm", "mail"], condition=models.Q(mail__isnull=False), name="communications_comm_by_mail"
            ),
        ]

    @property
    def tone(self) -> str:
        return CommunicationState(self.state).tone

    @property
    def problem_in_words(self) -> str:
        """A reason of ours in words; what a server said as it is."""
        words = {**dict(LeftOut.choices), "replaced": _("generated again since")}
        return str(words.get(self.problem, self.problem))

    def __str__(self) -> str:
        return self.address
