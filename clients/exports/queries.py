"""Exports as they are read: one's own, since each holds what its member saw."""

from __future__ import annotations

from django.db.models import QuerySet

from clients.enums import WHOLE_FIRM
from clients.models import ExportJob
from tenants.models import Membership


def exports_of(member: Membership) -> QuerySet[ExportJob]:
    """Files of clients."""
    jobs: QuerySet[ExportJob] = ExportJob.objects.select_related("by").filter(by=member)
    return jobs.exclude(scope=WHOLE_FIRM[1])


def firm_exports_of(member: Membership) -> QuerySet[ExportJob]:
    """Files of the whole firm."""
    jobs: QuerySet[ExportJob] = ExportJob.objects.select_related("by").filter(by=member, scope=WHOLE_FIRM[1])
    return jobs
