"""Kinds of group."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class GroupKind(models.TextChoices):
    DYNAMIC = "dynamic", _("Dynamic")
    FIXED = "fixed", _("Fixed")


class ViewLayout(models.TextChoices):
    """How a vista shows its clients; the codes are those of the client list's layouts (clients/layouts.py)."""

    TABLE = "table", _("Table")
    BOARD = "board", _("Board")
    SERVICES = "services", _("Services matrix")
