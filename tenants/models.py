"""Who: firms, users, their membership, tokens, invitations, the audit trail."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Lower
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from tenants.binding import bound_firm_id
from tenants.constraints import FirmPolicy, wall
from tenants.enums import Language, Role, Scope, Theme
from tenants.feed.followed import followed, goes_alone
from tenants.feed.notes import on_delete
from tenants.fields import FirmForeignKey
from tenants.managers import FirmManager
from tenants.permissions import ROLE_PERMISSIONS, Permission


def validate_time_zone(name: str) -> None:
    """Refuse a zone that the tz database does not know."""
    if name not in available_timezones():
        raise ValidationError(_("%(zone)s is not a time zone."), code="invalid_time_zone", params={"zone": name})


class Firm(models.Model):
    """A firm of advisors (Studio): the tenant. Row-level security shows only the bound one."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("short name in addresses"), max_length=50, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Rome", validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=5, choices=Language.choices, default=Language.ITALIAN)
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    requires_second_step = models.BooleanField(
        _("second step of the log-in for everybody"),
        default=False,
        help_text=_("Whoever has none is led to set it up before anything of the firm opens."),
    )
    requires_single_sign_on = models.BooleanField(
        _("log-in by the firm's identity provider for everybody"),
        default=False,
        help_text=_("The password of Cadenza then opens the firm to one administrator alone."),
    )
    holiday_province = models.CharField(_("province of the patron saint"), max_length=2, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("firm")
        verbose_name_plural = _("firms")
        constraints: ClassVar[list[models.BaseConstraint]] = [FirmPolicy(name="tenants_firm_policy", column="id")]

    def __str__(self) -> str:
        return self.name


class FirmOwned(models.Model):
    """Base of every table that belongs to one firm. Subclasses declare ``constraints = [*wall(...), ...]``."""

    firm = models.ForeignKey(
        Firm, on_delete=models.PROTECT, default=bound_firm_id, editable=False, db_index=False, related_name="+"
    )

    objects: ClassVar[FirmManager[Any]] = FirmManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """A row on which nothing hangs is removed past querysets and signals: the feed is told here."""
        if type(self) in followed() and goes_alone(type(self)):
            on_delete(sender=type(self), instance=self)
        return super().delete(*args, **kwargs)


class Derived(FirmOwned):
    """Base of a table that follows from others and is written by the thousand: its policy alone names the firm.

    A key to the firm would be looked up for every row that the night writes (docs/decisions/0002).
    """

    firm = models.ForeignKey(
        Firm,
        on_delete=models.PROTECT,
        default=bound_firm_id,
        editable=False,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )

    class Meta(FirmOwned.Meta):
        abstract = True


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None) -> User:
        user = self.model(email=self.normalize_email(email).lower())
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who logs in. Global, and only for log-in: what colleagues see is the Membership."""

    email = models.EmailField(_("e-mail"), max_length=254, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="tenants_user_email_folded"),
        ]

    def __str__(self) -> str:
        return self.email


class Session(AbstractBaseSession):
    """A log-in. Names its user, so that all of somebody's sessions can be ended at once."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="+")

    objects: ClassVar[BaseSessionManager[Any]] = BaseSessionManager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_string(f"{settings.SESSION_ENGINE}.SessionStore")


class CacheEntry(models.Model):
    """What the cache keeps while Redis is away; the columns are those of Django's database cache."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("cache entry")
        verbose_name_plural = _("cache entries")

    def __str__(self) -> str:
        return self.cache_key


class Membership(FirmOwned):
    """A user's place in a firm: everything that colleagues see of him. People in firm tables are memberships."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    is_active = models.BooleanField(_("active"), default=True)
    enters_appointments = models.BooleanField(
        _("may enter appointments by hand"), default=True, help_text=_("A permission of its own (IFY-03).")
    )
    edits_groups = models.BooleanField(_("may edit groups"), default=False)
    # The one administrator who gets in while the identity provider is away (decision 0030).
    keeps_own_log_in = models.BooleanField(
        _("own log-in where the firm requires its provider's"), default=False, editable=False
    )
    signature = models.TextField(_("signature"), blank=True)
    language = models.CharField(_("language"), max_length=5, choices=Language.choices, default=Language.ITALIAN)
    theme = models.CharField(_("theme"), max_length=10, choices=Theme.choices, default=Theme.SYSTEM)
    single_key_shortcuts = models.BooleanField(_("single-key shortcuts"), default=True)
    preferences = models.JSONField(default=dict, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "user"], name="tenants_membership_user"),
            models.UniqueConstraint(
                fields=["firm"], condition=models.Q(keeps_own_log_in=True), name="tenants_membership_emergency"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def can(self, permission: Permission) -> bool:
        """Whether the role, or what was granted to this person alone, allows it (XCT-02, IFY-03, O-17)."""
        if not self.is_active:
            return False
        if permission == Permission.ENTER_APPOINTMENTS and not self.enters_appointments:
            return False
        if permission == Permission.EDIT_GROUPS and self.edits_groups and self.role == Role.ADVISOR:
            return True
        return permission in ROLE_PERMISSIONS[Role(self.role)]


class Invitation(FirmOwned):
    """An invitation by e-mail to join a firm; its link carries the firm's id and a secret stored only as a hash."""

    email = models.EmailField(_("e-mail"), max_length=254)
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    secret_hash = models.CharField(max_length=64, editable=False)
    invited_by = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            *wall("invited_by"),
            models.UniqueConstraint(fields=["firm", "secret_hash"], name="tenants_invitation_secret"),
        ]

    def __str__(self) -> str:
        return self.email


class ApiToken(FirmOwned):
    """A token of one member of one firm, for integrations; shown once, stored as a hash."""

    member = FirmForeignKey(Membership, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(_("name"), max_length=100)
    secret_hash = models.CharField(max_length=64, editable=False)
    hint = models.CharField(max_length=12, editable=False, help_text=_("The last characters, to recognise it."))
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta(FirmOwned.Meta):
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            *wall("member"),
            models.UniqueConstraint(fields=["firm", "secret_hash"], name="tenants_apitoken_secret"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]

    def has_scope(self, scope: Scope) -> bool:
        """Whether the token carries ``scope``; ``write`` includes ``read``, ``admin`` includes both."""
        order = list(Scope)
        return any(order.index(Scope(held)) >= order.index(scope) for held in self.scopes)


class AuditEvent(FirmOwned):
    """Who changed what, and when (XCT-07). Append-only, written by the service in its own transaction."""

    at = models.DateTimeField()
    by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=60)
    target_kind = models.CharField(max_length=40)
    target_id = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta(FirmOwned.Meta):
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        constraints = wall("by")
        indexes = [
            models.Index(fields=["firm", "-at", "-id"], name="tenants_audit_recent"),
            models.Index(fields=["firm", "target_kind", "target_id", "-at"], name="tenants_audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_kind} {self.target_id}"


class IdempotentAnswer(FirmOwned):
    """What a POST with an ``Idempotency-Key`` was answered, kept 24 hours (api.md)."""

    token = FirmForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall("token"),
            models.UniqueConstraint(fields=["firm", "token", "key"], name="tenants_idempotent_key"),
        ]

    def __str__(self) -> str:
        return self.key


class ChangeHead(Derived):
    """How far the firm's feed of changes has come. Its lock puts the commits of the firm into one order."""

    last = models.BigIntegerField(default=0)

    class Meta(FirmOwned.Meta):
        constraints = [*wall(), models.UniqueConstraint(fields=["firm"], name="tenants_changehead_of_firm")]

    def __str__(self) -> str:
        return str(self.last)


class Change(Derived):
    """What one transaction did to rows of one resource: the entries ``first`` to ``last``, one for each id."""

    pk = models.CompositePrimaryKey("firm_id", "last")
    last = models.BigIntegerField()
    first = models.BigIntegerField()
    resource = models.CharField(max_length=40)
    change = models.CharField(max_length=10)
    ids = ArrayField(models.BigIntegerField())
    people = ArrayField(models.BigIntegerField(), default=list)
    at = models.DateTimeField()

    class Meta(FirmOwned.Meta):
        constraints = [FirmPolicy(name="tenants_change_policy")]
        indexes = [models.Index(fields=["firm", "at"], name="tenants_change_by_time")]

    def __str__(self) -> str:
        return f"{self.resource} {self.change} {self.first}-{self.last}"


from tenants.chain_models import AuditLink, TrailState  # noqa: E402 - they derive from what stands above
from tenants.provider_models import IdentityProvider, ProviderAccount  # noqa: E402 - they derive from what stands above
from tenants.removal_models import Removal  # noqa: E402 - it derives from what stands above
from tenants.webhook_models import Webhook, WebhookDelivery  # noqa: E402 - they derive from what stands above

__all__ = [
    "ApiToken",
    "AuditEvent",
    "AuditLink",
    "CacheEntry",
    "Change",
    "ChangeHead",
    "Derived",
    "Firm",
    "FirmOwned",
    "IdempotentAnswer",
    "IdentityProvider",
    "Invitation",
    "Membership",
    "ProviderAccount",
    "Removal",
    "Session",
    "TrailState",
    "User",
    "UserManager",
    "Webhook",
    "WebhookDelivery",
    "validate_time_zone",
]
