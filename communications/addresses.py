"""Which address of a client receives communications (SIS-19 … SIS-21), the same in SQL and in memory.

The one that somebody marked "for communications"; else the only one. With several and none marked there is no answer
until the operator chooses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import CharField, Count, Exists, Func, OuterRef, Q

from clients.filters.folding import fold
from clients.models import Client, Email
from communications.enums import SuppressionReason
from communications.models import Suppression

# Of each client in ``chosen (id)`` how many addresses there are, and the one that counts.
OF_CHOSEN = """
SELECT e.client_id, count(*) AS number, count(*) FILTER (WHERE e.for_communications) AS marked,
       coalesce(
           (array_agg(e.address ORDER BY e.position) FILTER (WHERE e.for_communications))[1],
           CASE WHEN count(*) = 1 THEN min(e.address) END
       ) AS address,
       coalesce(
           (array_agg(e.address_key ORDER BY e.position) FILTER (WHERE e.for_communications))[1],
           CASE WHEN count(*) = 1 THEN min(e.address_key) END
       ) AS address_key
FROM clients_email e
WHERE e.firm_id = %(firm)s AND e.client_id IN (SELECT id FROM chosen)
GROUP BY e.client_id
"""
# The digest of an address of which ``key`` is the folded form, as ``digest_of`` has it.
DIGEST = "encode(sha256(convert_to({key}, 'UTF8')), 'hex')"


@dataclass(frozen=True, slots=True)
class Reachable:
    """How a client stands: his address for communications, or how many he has without one being chosen."""

    address: str
    number: int

    @property
    def has_to_choose(self) -> bool:
        return not self.address and self.number > 1


def digest_of(address: str) -> str:
    """What is left of a suppressed address when the person is erased."""
    return sha256(fold(address).encode()).hexdigest()


def reachable(emails: Iterable[Email]) -> Reachable:
    own = sorted(emails, key=lambda email: email.position)
    marked = [email.address for email in own if email.for_communications]
    address = marked[0] if marked else own[0].address if len(own) == 1 else ""
    return Reachable(address, len(own))


def must_choose() -> Q:
    """The clients with several addresses of which none was chosen."""
    each = Email.objects.order_by().values("client_id")
    counted = each.annotate(number=Count("pk"), marked=Count("pk", filter=Q(for_communications=True)))
    return Q(pk__in=counted.filter(number__gt=1, marked=0).values("client_id"))


def is_suppressed(address: str) -> bool:
    return Suppression.objects.filter(digest=digest_of(address)).exists()


def bounced_addresses(client: Client) -> list[str]:
    """Those of the client that cannot be delivered to; one that is corrected is not among them."""
    digest = Func(OuterRef("address_key"), template=DIGEST.format(key="%(expressions)s"), output_field=CharField())
    known = Suppression.objects.filter(firm_id=OuterRef("firm_id"), reason=SuppressionReason.BOUNCED, digest=digest)
    return list(Email.objects.filter(Exists(known), client=client).values_list("address", flat=True))
