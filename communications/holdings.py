"""What communications holds about a client."""

from __future__ import annotations

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from clients.enums import RetentionClass
from clients.holdings import Holding, OnErasure, OnImportUndo, OnMerge, register
from communications.enums import MailState
from communications.models import (
    AudienceMember,
    CampaignMember,
    ClientMail,
    ClientOpportunity,
    Communication,
    Enablement,
    OutgoingMail,
    Suppression,
)

# Reserved: no mail ever arrives there (RFC 2606).
NOBODY = "erased@invalid.invalid"


def _drop_mails(communications: QuerySet[Communication]) -> None:
    """What is in the outbox for a client who is erased does not leave, and its text goes."""
    ids = list(communications.filter(mail__isnull=False).values_list("mail_id", flat=True))
    mails = OutgoingMail.objects.filter(pk__in=ids)
    list(mails.order_by("pk").select_for_update().values_list("pk"))
    communications.update(mail=None)
    mails.delete()


def discard_outgoing(mails: QuerySet[ClientMail]) -> None:
    """Before these rows are deleted: what the outbox has of them goes too, and what waits is not sent."""
    ids = list(mails.values_list("outgoing_id", flat=True))
    own: QuerySet[OutgoingMail] = OutgoingMail.objects.filter(pk__in=ids)
    own.filter(state=MailState.PENDING).update(state=MailState.CANCELLED)
    key = Concat(Value("erased "), Cast("pk", CharField()))
    own.update(recipient=NOBODY, dedupe_key=key, subject="", body="", html="", reply_to="", last_error="")


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
    Holding(
        model=ClientMail,
        label=_("Mails"),
        hidden=("outgoing",),
        retention=RetentionClass.MIFID,
        since="at",
        discard=discard_outgoing,
    ),
    Holding(model=ClientMail, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
    Holding(
        model=CampaignMember,
        label=_("Campaigns"),
        once=("campaign",),
        since="at",
        on_erasure=OnErasure.EMPTY,
        emptied=("note",),
    ),
    Holding(model=CampaignMember, field="company", in_dossier=False, on_erasure=OnErasure.UNLINK),
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
