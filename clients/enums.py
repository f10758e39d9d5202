"""Choices of a client's record. Codes are stable, labels are translated (O-71)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClientKind(models.TextChoices):
    PERSON = "person", _("Person")
    COMPANY = "company", _("Company")


class Sex(models.TextChoices):
    """As a tax code knows it."""

    FEMALE = "female", _("Female")
    MALE = "male", _("Male")


class ClientState(models.TextChoices):
    """Whether the firm still serves the client; an archived or deceased one has no cadence (domain 8.4)."""

    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")
    DECEASED = "deceased", _("Deceased")


class MifidClass(models.TextChoices):
    RETAIL = "retail", _("Retail")
    PROFESSIONAL = "professional", _("Professional")


class PacFrequency(models.TextChoices):
    MONTHLY = "monthly", _("Monthly")
    BIMONTHLY = "bimonthly", _("Every two months")
    QUARTERLY = "quarterly", _("Quarterly")
    HALF_YEARLY = "half_yearly", _("Every six months")
    YEARLY = "yearly", _("Yearly")


class PhoneKind(models.TextChoices):
    MOBILE = "mobile", _("Mobile")
    LANDLINE = "landline", _("Landline")
    OTHER = "other", _("Other")


class ListName(models.TextChoices):
    """The look-up tables that a firm may change (elenchi utente, STY-11, STY-13)."""

    CATEGORY = "category", _("Client category")
    CONTACT_ROLE = "contact_role", _("Contact role")
    RATING = "rating", _("Rating")
    LINK_TYPE = "link_type", _("Link type")
    ACCOUNTING_REGIME = "accounting_regime", _("Accounting regime")
    FILING_TYPE = "filing_type", _("Filing")
    SERVICE = "service", _("Service")
    POLICY_BRANCH = "policy_branch", _("Branch of insurance")
    HOUSEHOLD_ROLE = "household_role", _("Household role")
    RISK_PROFILE = "risk_profile", _("Risk profile")


class CustomType(models.TextChoices):
    """What a user field holds (SIS-18)."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    MONEY = "money", _("Amount")
    DATE = "date", _("Date")
    BOOLEAN = "boolean", _("Yes or no")
    CHOICE = "choice", _("Choice from a list")
    CHOICES = "choices", _("Several choices from a list")


class FormPlace(models.TextChoices):
    """On which of the two forms over one record a field stands (STY-05, O-50)."""

    BOTH = "both", _("Both forms")
    ADMINISTRATIVE = "administrative", _("Administrative form")
    CRM = "crm", _("CRM form")


class FilingState(models.TextChoices):
    """How far a filing (adempimento) is."""

    TO_DO = "to_do", _("To do")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")


class Sheet(models.TextChoices):
    """The forms over one record (O-50): everything, and the two that are each a part of it."""

    COMPLETE = "complete", _("Complete form")
    ADMINISTRATIVE = "administrative", _("Administrative form")
    CRM = "crm", _("CRM form")


class StatusCause(models.TextChoices):
    """Why a commercial status changed (IFY-24)."""

    MANUAL = "manual", _("By hand")
    IMPORT = "import", _("Import")
    API = "api", _("Integration")
    OUTCOME = "outcome", _("Outcome of an appointment")
    MERGE = "merge", _("Merge")
    UNDO = "undo", _("Outcome taken back")


class ManagementKind(models.TextChoices):
    """What a management system tells (O-54); for an advisor mainly commissions, contributions and contracts."""

    RECEIPT = "receipt", _("Receipt")
    INVOICE = "invoice", _("Invoice")
    SHIPMENT = "shipment", _("Shipment")
    COMMISSION = "commission", _("Commission")
    CONTRIBUTION = "contribution", _("Contribution")
    CONTRACT = "contract", _("Contract document")
    OTHER = "other", _("Other document")


class ImportState(models.TextChoices):
    """From the file handed in to its clients, and back again."""

    DRAFT = "draft", _("Being prepared")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNDOING = "undoing", _("Being undone")
    UNDONE = "undone", _("Undone")

    @classmethod
    def under_way(cls) -> list[ImportState]:
        """A worker is at it, or should be."""
        return [cls.CHECKING, cls.QUEUED, cls.RUNNING, cls.UNDOING]

    @classmethod
    def open(cls) -> list[ImportState]:
        """Somebody has begun it and not brought it to an end."""
        return [cls.DRAFT, cls.CHECKING, cls.CHECKED]


class ExportFormat(models.TextChoices):
    CSV = "csv", _("CSV for Excel")
    XLSX = "xlsx", _("Excel (xlsx)")
    JSON = "json", "JSON"
    VCARD = "vcf", _("Contacts (vCard)")


class ExportScope(models.TextChoices):
    LIST = "list", _("The columns of the list")
    ALL = "all", _("Everything that is known")


# A job that writes the whole firm, not clients: chosen by its own page alone.
WHOLE_FIRM = ("zip", "firm")


class ExportState(models.TextChoices):
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


class KeptReason(models.TextChoices):
    """Why a client stays as the import left him when it is undone."""

    CHANGED = "changed", _("changed since")
    USED = "used", _("something has been entered about him since")


class DateOrder(models.TextChoices):
    """How a file writes its dates; year first is understood anyway."""

    DAY_FIRST = "dmy", _("Day, month, year (31/12/2025)")
    MONTH_FIRST = "mdy", _("Month, day, year (12/31/2025)")
    YEAR_FIRST = "ymd", _("Year, month, day (2025-12-31)")


class MatchKey(models.TextChoices):
    """By what an import recognises a client who exists already, the strongest sign first."""

    EXTERNAL_ID = "external_id", _("External id")
    TAX_CODE = "tax_code", _("Tax code")
    EMAIL = "email", _("E-mail")


class OnDuplicate(models.TextChoices):
    CREATE = "create", _("Create anyway")
    UPDATE = "update", _("Update the existing client")
    SKIP = "skip", _("Skip the row")


class BulkState(models.TextChoices):
    """Where an action on many clients stands; from ``done`` and what ended early it can be taken back."""

    DRAFT = "draft", _("To be confirmed")
    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Stopped")
    FAILED = "failed", _("Failed")
    UNDOING = "undoing", _("Being taken back")
    UNDONE = "undone", _("Taken back")


class Tone(models.TextChoices):
    """The colours of statuses and labels: names that the style sheet knows in light and dark, each of them legible."""

    BLUE = "blue", _("Blue")
    INDIGO = "indigo", _("Indigo")
    VIOLET = "violet", _("Violet")
    PINK = "pink", _("Pink")
    RED = "red", _("Red")
    ORANGE = "orange", _("Orange")
    AMBER = "amber", _("Amber")
    GREEN = "green", _("Green")
    TEAL = "teal", _("Teal")
    GRAY = "gray", _("Grey")


class StatusSymbol(models.TextChoices):
    """The symbols that a status may have; each is an icon of the sprite."""

    USER_CHECK = "user-check", _("Person with a tick")
    USER_X = "user-x", _("Person crossed out")
    USER_PLUS = "user-plus", _("New person")
    CALENDAR = "calendar-clock", _("Calendar")
    CIRCLE = "circle", _("Circle")
    HISTORY = "history", _("Past")
    STAR = "star", _("Star")
    TIMER = "timer", _("Stopwatch")
    HANDSHAKE = "heart-handshake", _("Handshake")
    PHONE = "phone", _("Telephone")
    BAN = "ban", _("Barred")
    PAUSE = "pause", _("Pause")
    TARGET = "target", _("Target")


class RetentionClass(models.TextChoices):
    """Why a firm must keep what it would otherwise erase (security.md 6)."""

    MIFID = "mifid", _("Records of investment services (Reg. EU 2017/565, art. 72 and 76)")
    AML = "aml", _("Customer due diligence (d.lgs. 231/2007, art. 31)")
    INSURANCE = "insurance", _("Insurance contracts (IVASS regulation 40/2018)")
    TAX = "tax", _("Accounting records (art. 2220 of the Civil Code)")
    CONSENT = "consent", _("Proof of consent (GDPR, art. 7)")


class ConsentPurpose(models.TextChoices):
    PRIVACY = "privacy", _("Privacy")
    MARKETING = "marketing", _("Marketing")


class ConsentSource(models.TextChoices):
    """How a consent reached the firm."""

    PAPER = "paper", _("Signed form")
    MEETING = "meeting", _("In person")
    PHONE = "phone", _("By telephone")
    EMAIL = "email", _("By e-mail")
    WEB = "web", _("On the web")
    RECORD = "record", _("Entered in the record")
    IMPORT = "import", _("Import")
    API = "api", _("Integration")


class AccessDoor(models.TextChoices):
    """Through which door a member saw a client."""

    PAGE = "page", _("Page")
    API = "api", _("Integration")
    DOSSIER = "dossier", _("Dossier")


class AlertKind(models.TextChoices):
    """Why a member's consultations of a day are told."""

    MANY = "many", _("Many clients in a day")
    OFF_HOURS = "off_hours", _("Out of hours")
    GUARDED = "guarded", _("Guarded clients")


class ErasureGround(models.TextChoices):
    """Why a person is erased (GDPR, art. 17)."""

    REQUEST = "request", _("The person asked for it")
    CONSENT = "consent", _("Consent was withdrawn")
    PURPOSE = "purpose", _("The data are no longer needed")
    UNLAWFUL = "unlawful", _("The data should not have been kept")
