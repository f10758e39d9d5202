"""Kinds of group."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class GroupKind(models.TextChoices):
    DYNAMIC = "dynamic", _("Dynamic")
    FIXED = "fixed", _("Fixed")
