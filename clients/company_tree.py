"""A company as seen from within: its people and their roles, who was there before, what stands above and below."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from clients.enums import ClientState
from clients.models import Client, CompanyLink, Profile
from clients.queries import companies_above, visible_clients
from tenants.models import Membership

# Deeper or wider a group of companies is cut, and the page says so.
DEEPEST = 6
MOST = 200


@dataclass(frozen=True)
class Branch:
    """A company in its group; None for one whom the member does not see."""

    company: Client | None
    depth: int
    is_here: bool


def contacts_of(company: Client, member: Membership) -> QuerySet[Client]:
    """The people of a company whom the member sees, by their roles."""
    seen = visible_clients(member).filter(profile__company=company).exclude(state=ClientState.ARCHIVED)
    return seen.select_related("profile__contact_role", "advisor").order_by(
        "profile__contact_role__position", "name_key", "pk"
    )


def former_links(company: Client, member: Membership) -> QuerySet[CompanyLink]:
    """Who was linked to the company before, the latest first."""
    ended: QuerySet[CompanyLink] = CompanyLink.objects.filter(company=company, until_on__isnull=False)
    return ended.filter(client__in=visible_clients(member).values("pk")).select_related("client", "role")


def links_of(client: Client) -> QuerySet[CompanyLink]:
    """The companies of a person, today's first."""
    links: QuerySet[CompanyLink] = CompanyLink.objects.filter(client=client)
    return links.select_related("company", "role").order_by("-from_on", "-pk")


def group_of(company: Client, member: Membership) -> list[Branch]:
    """The whole group from its top, each company under the one above it; empty for a company that stands alone."""
    top = [*companies_above(company)][-1:] or [company]
    children = _children_of(top[0].pk)
    if not children:
        return []
    ids = {top[0].pk, *(pk for below in children.values() for pk in below)}
    rows = visible_clients(member).filter(pk__in=ids).select_related("profile", "advisor").order_by("name_key", "pk")
    return list(_branches(top[0].pk, 0, children, {row.pk: row for row in rows}, company.pk))


def _children_of(top: int) -> dict[int, list[int]]:
    """Level by level, one statement each."""
    found: dict[int, list[int]] = defaultdict(list)
    level, known = [top], {top}
    for _depth in range(DEEPEST):
        present = Q(client__merged_into__isnull=True, client__erased_at__isnull=True)
        rows = Profile.objects.filter(present, parent_company__in=level).order_by("client__name_key", "client")
        pairs = [pair for pair in rows.values_list("parent_company_id", "client_id")[:MOST] if pair[1] not in known]
        for parent, child in pairs:
            found[parent].append(child)
        level = [child for _parent, child in pairs]
        known.update(level)
        if not level:
            break
    return found


def _branches(
    pk: int, depth: int, children: dict[int, list[int]], seen: dict[int, Client], here: int
) -> Iterable[Branch]:
    yield Branch(seen.get(pk), depth, pk == here)
    for child in children.get(pk, ()):
        yield from _branches(child, depth + 1, children, seen, here)
