"""The people a firm serves.

``Client`` is the narrow row that lists, filters, counts, search and the night read; ``Profile`` is the wide one that
the client's page shows. No fact stands in both (docs/decisions/0001).
"""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clients.enums import (
    ClientKind,
    ClientState,
    ImportState,
    ListName,
    MifidClass,
    OnDuplicate,
    PacFrequency,
    PhoneKind,
    RiskProfile,
    StatusCause,
    StatusSymbol,
    Tone,
)
from clients.fields import FoldedField, NonNegativeMoneyField
from clients.validators import validate_tax_code, validate_vat_number
from tenants.constraints import FirmPolicy, wall
from tenants.fields import FirmForeignKey, FirmOneToOneField
from tenants.models import FirmOwned, Membership

# For an index that serves equality and prefixes (``__prefix``) of its text column in any collation.
PREFIX = ["int8_ops", "text_pattern_ops"]


class Status(FirmOwned):
    """A commercial status that clients of the firm can take (IFY-21 … IFY-23)."""

    name = models.CharField(_("description"), max_length=100)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    symbol = models.CharField(_("symbol"), max_length=40, choices=StatusSymbol.choices, default=StatusSymbol.CIRCLE)
    colour = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.GRAY)

    class Meta(FirmOwned.Meta):
        verbose_name = _("commercial status")
        verbose_name_plural = _("commercial statuses")
        ordering = ["position", "id"]
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "name"], name="clients_status_name")]

    def __str__(self) -> str:
        return self.name


class ListEntry(FirmOwned):
    """An entry of one of the firm's own look-up tables (elenchi utente); deactivated, never lost (STY-14)."""

    list_name = models.CharField(_("list"), max_length=20, choices=ListName.choices)
    name = models.CharField(_("description"), max_length=100)
    active = models.BooleanField(_("active"), default=True)
    position = models.PositiveIntegerField(_("position"), default=0)

    class Meta(FirmOwned.Meta):
        verbose_name = _("list entry")
        verbose_name_plural = _("list entries")
        ordering = ["list_name", "position", "id"]
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "list_name", "name"], name="clients_listentry_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Client(FirmOwned):
    """A person or company that the firm serves: identity, responsibilities, status and money."""

    kind = models.CharField(_("type"), max_length=10, choices=ClientKind.choices, default=ClientKind.PERSON)
    last_name = models.CharField(_("last name"), max_length=100, blank=True)
    first_name = models.CharField(_("first name"), max_length=100, blank=True)
    company_name = models.CharField(_("company name"), max_length=200, blank=True)
    name = models.CharField(_("name"), max_length=202, editable=False, help_text=_("As lists show it."))
    name_key = FoldedField(of="name")
    state = models.CharField(_("state"), max_length=10, choices=ClientState.choices, default=ClientState.ACTIVE)
    tax_code = models.CharField(_("tax code"), max_length=16, blank=True, validators=[validate_tax_code])
    vat_number = models.CharField(_("VAT number"), max_length=16, blank=True, validators=[validate_vat_number])
    advisor = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("advisor")
    )
    contact = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact")
    )
    specialist = FirmForeignKey(
        Membership, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("specialist")
    )
    status = FirmForeignKey(
        Status,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("commercial status"),
    )
    category = FirmForeignKey(
        ListEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("category"),
        limit_choices_to={"list_name": ListName.CATEGORY},
    )
    aum = NonNegativeMoneyField(_("RFA (AUM)"), null=True, blank=True)
    external_source = models.CharField(_("external source"), max_length=50, blank=True)
    external_id = models.CharField(_("external id"), max_length=100, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        constraints = [
            *wall("advisor", "contact", "specialist", "status", "category"),
            models.UniqueConstraint(
                fields=["firm", "external_source", "external_id"],
                condition=~models.Q(external_id=""),
                name="clients_client_external_id",
            ),
            models.CheckConstraint(
                condition=models.Q(aum__isnull=True) | models.Q(aum__gte=0), name="clients_client_aum_not_negative"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="clients_client_named"),
        ]
        indexes = [
            models.Index(fields=["firm", "name_key", "id"], name="clients_client_by_name"),
            models.Index(fields=["firm", "advisor", "name_key"], name="clients_client_by_advisor"),
            models.Index(fields=["firm", "aum"], name="clients_client_by_aum"),
            models.Index(fields=["firm", "updated_at", "id"], name="clients_client_by_update"),
            models.Index(
                fields=["firm", "contact"], condition=models.Q(contact__isnull=False), name="clients_client_by_contact"
            ),
            models.Index(
                fields=["firm", "specialist"],
                condition=models.Q(specialist__isnull=False),
                name="clients_client_by_specialist",
            ),
            models.Index(
                fields=["firm", "tax_code"],
                opclasses=PREFIX,
                condition=~models.Q(tax_code=""),
                name="clients_client_by_tax_code",
            ),
            models.Index(
                fields=["firm", "vat_number"],
                opclasses=PREFIX,
                condition=~models.Q(vat_number=""),
                name="clients_client_by_vat_number",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("clients:client_detail", kwargs={"firm_slug": self.firm.slug, "pk": self.pk})


class ClientWord(FirmOwned):
    """A word of a client's name, folded: what search looks up (docs/decisions/0003). Derived, hence without a key."""

    pk = models.CompositePrimaryKey("firm_id", "client_id", "word")
    client_id = models.BigIntegerField()
    word = models.TextField()

    class Meta(FirmOwned.Meta):
        constraints = [FirmPolicy(name="clients_clientword_policy")]
        indexes = [
            models.Index(
                fields=["firm", "word"], opclasses=PREFIX, include=["client_id"], name="clients_clientword_by_word"
            )
        ]

    def __str__(self) -> str:
        return self.word


class Profile(FirmOwned):
    """The rest of a client's record (domain 6.1)."""

    client = FirmOneToOneField(Client, on_delete=models.CASCADE, primary_key=True, related_name="profile")
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    birth_place = models.CharField(_("birth place"), max_length=100, blank=True)
    pec = models.EmailField(_("certified e-mail (PEC)"), blank=True)
    profession = models.CharField(_("profession"), max_length=100, blank=True)
    profession_key = FoldedField(of="profession")
    marital_status = models.CharField(_("marital status"), max_length=50, blank=True)
    marital_status_key = FoldedField(of="marital_status")
    education = models.CharField(_("education"), max_length=100, blank=True)
    education_key = FoldedField(of="education")
    company = FirmForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("linked company")
    )
    contact_role = FirmForeignKey(
        ListEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("contact role")
    )
    rating = FirmForeignKey(
        ListEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("rating")
    )
    link_type = FirmForeignKey(
        ListEntry, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("link type")
    )
    aum_valued_on = models.DateField(_("RFA valued on"), null=True, blank=True)
    liquidity = NonNegativeMoneyField(_("liquidity"), null=True, blank=True)
    outside_wealth = NonNegativeMoneyField(_("wealth held elsewhere"), null=True, blank=True)
    risk_profile = models.CharField(_("risk profile"), max_length=20, choices=RiskProfile.choices, blank=True)
    mifid_class = models.CharField(_("MiFID classification"), max_length=20, choices=MifidClass.choices, blank=True)
    questionnaire_on = models.DateField(_("MiFID questionnaire"), null=True, blank=True)
    questionnaire_expires_on = models.DateField(_("MiFID questionnaire expires"), null=True, blank=True)
    time_horizon = models.CharField(_("time horizon"), max_length=50, blank=True)
    objectives = models.TextField(_("objectives"), blank=True)
    document_type = models.CharField(_("identity document"), max_length=50, blank=True)
    document_number = models.CharField(_("document number"), max_length=50, blank=True)
    document_expires_on = models.DateField(_("document expires"), null=True, blank=True)
    due_diligence_on = models.DateField(_("customer due diligence"), null=True, blank=True)
    due_diligence_next_on = models.DateField(_("next due diligence"), null=True, blank=True)
    is_pep = models.BooleanField(_("politically exposed person"), null=True, blank=True)
    pac_amount = NonNegativeMoneyField(_("PAC amount"), null=True, blank=True)
    pac_frequency = models.CharField(_("PAC frequency"), max_length=15, choices=PacFrequency.choices, blank=True)
    pac_ends_on = models.DateField(_("PAC ends"), null=True, blank=True)
    privacy_consent = models.BooleanField(_("privacy consent"), null=True, blank=True)
    privacy_consent_on = models.DateField(_("privacy consent given on"), null=True, blank=True)
    marketing_consent = models.BooleanField(_("marketing consent"), null=True, blank=True)
    marketing_consent_on = models.DateField(_("marketing consent given on"), null=True, blank=True)
    notes = models.TextField(_("notes"), blank=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        constraints = [
            *wall("client", "company", "contact_role", "rating", "link_type", key="client"),
            models.CheckConstraint(
                condition=(models.Q(liquidity__isnull=True) | models.Q(liquidity__gte=0))
                & (models.Q(outside_wealth__isnull=True) | models.Q(outside_wealth__gte=0))
                & (models.Q(pac_amount__isnull=True) | models.Q(pac_amount__gte=0)),
                name="clients_profile_money_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return str(self.client)


class Email(FirmOwned):
    """An e-mail address of a client; position 1 is the main one."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="emails")
    position = models.PositiveSmallIntegerField(default=1)
    address = models.EmailField(_("e-mail"), max_length=254)
    address_key = FoldedField(of="address")
    for_communications = models.BooleanField(_("for communications"), default=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("e-mail")
        verbose_name_plural = _("e-mails")
        ordering = ["position"]
        constraints = [
            *wall("client"),
            models.UniqueConstraint(fields=["firm", "client", "position"], name="clients_email_position"),
        ]
        indexes = [models.Index(fields=["firm", "address_key"], opclasses=PREFIX, name="clients_email_by_address")]

    def __str__(self) -> str:
        return self.address


class Phone(FirmOwned):
    """A telephone number of a client in E.164; Italian landlines keep their 0."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="phones")
    position = models.PositiveSmallIntegerField(default=1)
    number = models.CharField(_("telephone"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=PhoneKind.choices, default=PhoneKind.MOBILE)

    class Meta(FirmOwned.Meta):
        verbose_name = _("telephone")
        verbose_name_plural = _("telephones")
        ordering = ["position"]
        constraints = [
            *wall("client"),
            models.UniqueConstraint(fields=["firm", "client", "position"], name="clients_phone_position"),
        ]
        indexes = [models.Index(fields=["firm", "number"], opclasses=PREFIX, name="clients_phone_by_number")]

    def __str__(self) -> str:
        return self.number


class Address(FirmOwned):
    """A postal address of a client."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="addresses")
    position = models.PositiveSmallIntegerField(default=1)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=12, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    city_key = FoldedField(of="city")
    province = models.CharField(_("province"), max_length=2, blank=True)
    country = models.CharField(_("country"), max_length=2, default="IT")

    class Meta(FirmOwned.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        ordering = ["position"]
        constraints = [
            *wall("client"),
            models.UniqueConstraint(fields=["firm", "client", "position"], name="clients_address_position"),
        ]

    def __str__(self) -> str:
        return ", ".join(part for part in (self.street, self.postal_code, self.city, self.province) if part)


class Label(FirmOwned):
    """A free label (etichetta), many per client (REL-11)."""

    name = models.CharField(_("label"), max_length=60)
    name_key = FoldedField(of="name")
    colour = models.CharField(_("colour"), max_length=10, choices=Tone.choices, default=Tone.GRAY)
    active = models.BooleanField(_("active"), default=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        ordering = ["name_key"]
        constraints = [*wall(), models.UniqueConstraint(fields=["firm", "name_key"], name="clients_label_name")]

    def __str__(self) -> str:
        return self.name


class ClientLabel(FirmOwned):
    """That a client carries a label."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="client_labels")
    label = FirmForeignKey(Label, on_delete=models.PROTECT, related_name="client_labels")

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("client", "label"),
            models.UniqueConstraint(fields=["firm", "client", "label"], name="clients_clientlabel_once"),
        ]
        indexes = [models.Index(fields=["firm", "label", "client"], name="clients_clientlabel_by_label")]

    def __str__(self) -> str:
        return str(self.label)


class StatusChange(FirmOwned):
    """One change of a client's commercial status: from, to, when, by whom, why (IFY-24). Append-only."""

    client = FirmForeignKey(Client, on_delete=models.CASCADE, related_name="status_changes")
    from_status = FirmForeignKey(Status, on_delete=models.PROTECT, null=True, related_name="+")
    to_status = FirmForeignKey(Status, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.CharField(max_length=10, choices=StatusCause.choices)

    class Meta(FirmOwned.Meta):
        ordering = ["-at", "-id"]
        constraints = wall("client", "from_status", "to_status", "by")
        indexes = [models.Index(fields=["firm", "client", "-at"], name="clients_statuschange_recent")]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class ChangedClient(FirmOwned):
    """A client whose facts changed since the last night: the night's incremental work list (architecture.md 4).

    Derived, hence without a key to the client: it is written by the thousand and emptied every night.
    """

    client_id = models.BigIntegerField()

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "client_id"], name="clients_changedclient_once"),
        ]

    def __str__(self) -> str:
        return str(self.client_id)


class ClaimedClient(FirmOwned):
    """A client on the work list of a night that is under way (clients/worklist.py). Derived, as ChangedClient is."""

    client_id = models.BigIntegerField()

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "client_id"], name="clients_claimedclient_once"),
        ]

    def __str__(self) -> str:
        return str(self.client_id)


class ImportJob(FirmOwned):
    """One file of clients handed in, its mapping, and what became of it."""

    file_name = models.CharField(max_length=255)
    content = models.BinaryField(editable=False, default=b"")
    mapping = models.JSONField(default=dict)
    on_duplicate = models.CharField(max_length=10, choices=OnDuplicate.choices, default=OnDuplicate.UPDATE)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.QUEUED)
    rows = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    error_count = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(FirmOwned.Meta):
        ordering = ["-id"]
        constraints = wall("by")

    def __str__(self) -> str:
        return self.file_name


class RefusedRow(FirmOwned):
    """A row of an import that was refused: where, what stood there, and why."""

    import_job = FirmForeignKey(ImportJob, on_delete=models.CASCADE, related_name="refused_rows")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    value = models.TextField(blank=True)
    code = models.CharField(max_length=40)
    message = models.TextField()

    class Meta(FirmOwned.Meta):
        ordering = ["line", "id"]
        constraints = wall("import_job")
        indexes = [models.Index(fields=["firm", "import_job", "line"], name="clients_refusedrow_by_line")]

    def __str__(self) -> str:
        return f"{self.line}: {self.message}"
