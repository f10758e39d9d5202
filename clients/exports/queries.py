"""Exports as they are read: one's own, since each holds what its member saw."""

from __future__ import annotations

from django.db.models import QuerySet

from clients.models import ExportJob
from tenants.models import Membership


def exports_of(member: Membership) -> QuerySet[ExportJob]:
    jobs: QuerySet[ExportJob] = ExportJob.objects.select_related("by").filter(by=member)
    return jobs
