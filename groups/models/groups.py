"""Groups of clients: dynamic (a filter) or fixed (picked by hand)."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from groups.enums import GroupKind
from tenants.constraints import wall
from tenants.fields import FirmForeignKey
from tenants.models import Derived, FirmOwned, Membership


class Group(FirmOwned):
    """A group of clients; with a number of yearly meetings it drives its members' cadence (REL-03, REL-07, REL-08)."""

    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=GroupKind.choices, default=GroupKind.DYNAMIC)
    filter = models.JSONField(_("filter"), null=True, blank=True)
    filter_error = models.TextField(
        blank=True, editable=False, help_text=_("Why the stored filter can no longer be used (REL-14).")
    )
    yearly_meetings = models.PositiveSmallIntegerField(
        _("meetings a year"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(52)],
    )
    active = models.BooleanField(_("active"), default=True)
    changed_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("When something that the night must see last changed."),
    )
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ["name", "id"]
        constraints = [
            *wall("created_by"),
            models.UniqueConstraint(fields=["firm", "name"], name="groups_group_name"),
            models.CheckConstraint(
                condition=models.Q(yearly_meetings__isnull=True)
                | models.Q(yearly_meetings__gte=1, yearly_meetings__lte=52),
                name="groups_group_yearly_meetings",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("groups:group_detail", kwargs={"firm_slug": self.firm.slug, "pk": self.pk})


class GroupMember(Derived):
    """That a client is in a group: by hand for a fixed one, since the last night for a dynamic one.

    Derived and written by the thousand, hence without a key to client and group: services and the night delete them.
    """

    group = FirmForeignKey(Group, on_delete=models.CASCADE, related_name="members")
    client_id = models.BigIntegerField()

    class Meta(FirmOwned.Meta):
        constraints = [
            *wall(),
            models.UniqueConstraint(fields=["firm", "client_id", "group"], name="groups_groupmember_once"),
        ]
        indexes = [models.Index(fields=["firm", "group", "client_id"], name="groups_groupmember_by_group")]

    def __str__(self) -> str:
        return f"{self.group_id}: {self.client_id}"


class SavedSearch(FirmOwned):
    """A saved search (Ricerca memorizzata): a filter by name, which macros work on (IFY-02, O-70)."""

    name = models.CharField(_("name"), max_length=100)
    description = models.TextField(_("description"), blank=True)
    filter = models.JSONField(_("filter"))
    created_by = FirmForeignKey(Membership, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta(FirmOwned.Meta):
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["name", "id"]
        constraints = [
            *wall("created_by"),
            models.UniqueConstraint(fields=["firm", "name"], name="groups_savedsearch_name"),
        ]

    def __str__(self) -> str:
        return self.name
