"""What communications holds about a client."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from clients.enums import RetentionClass
from clients.holdings import Holding, OnErasure, OnImportUndo, OnMerge, register
from communications.models import (
    AudienceMember,
    ClientOpportunity,
    Communication,
    Enablement,
    OutgoingMail,
    Suppression,
)


def _drop_mails(communications: QuerySet[Communication]) -> None:
    """What is in the outbox for a client who is erased does not leave, and its text goes."""
    ids = list(communications.filter(mail__isnull=False).values_list("mail_id", flat=True))
    mails = OutgoingMail.objects.filter(pk__in=ids)
    list(mails.order_by("pk").select_for_update().values_list("pk"))
    communications.update(mail=None)
    mails.delete()


register(
    Holding(
        model=ClientOpportunity,
        label=_("Service opportunities"),
        since="opened_at",
        # Open twice is what the table refuses; two that ended at the same moment are one.
        once=("opportunity", "closed_at"),
        on_erasure=OnErasure.EMPTY,
        emptied=("notes", "outcome_note", "external_id"),
        harmless=("external_source",),
    ),
    Holding(model=ClientOpportunity, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
    # A decision about this very entry; the survivor has his own.
    Holding(
        model=Enablement,
        label=_("Enabled for e-mail"),
        on_merge=OnMerge.STAY,
        on_import_undo=OnImportUndo.DELETE,
    ),
    # Whoever did not want to be written to is remembered by a digest when he is erased (security.md 6).
    Holding(
        model=Suppression,
        label=_("Addresses not to write to"),
        hidden=("digest",),
        on_erasure=OnErasure.EMPTY,
        emptied=("address", "note"),
        harmless=("digest",),
    ),
    # What was written to a client is a record of the service (MiFID): the text goes with it.
    Holding(
        model=Communication,
        label=_("Communications"),
        once=("run",),
        hidden=("mail",),
        retention=RetentionClass.MIFID,
        since="generated_at",
        discard=_drop_mails,
    ),
    Holding(model=Communication, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
    Holding(
        model=AudienceMember,
        on_merge=OnMerge.STAY,
        in_dossier=False,
        on_import_undo=OnImportUndo.DELETE,
        field="client_id",
    ),
)
