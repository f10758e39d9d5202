"""What CalDAV servers are asked and answer, as XML. Answers are parsed without entities, however they are nested."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

DAV, CALDAV = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}"
# Of no RFC, and everywhere: a mark of the collection that changes with whatever is in it.
CTAG = "{http://calendarserver.org/ns/}getctag"
MOST_ANSWERS = 50_000


@dataclass(slots=True)
class Answer:
    """What is said of one address."""

    href: str
    is_gone: bool = False
    is_cut: bool = False
    etag: str = ""
    ctag: str = ""
    data: str = ""
    name: str = ""
    principal: str = ""
    home: str = ""
    is_calendar: bool = False


@dataclass(slots=True)
class Multistatus:
    answers: list[Answer] = field(default_factory=list)
    token: str = ""
    is_cut: bool = False


def sync_collection(token: str) -> bytes:
    """RFC 6578 3.2."""
    asked = Element(f"{DAV}sync-collection")
    SubElement(asked, f"{DAV}sync-token").text = token
    SubElement(asked, f"{DAV}sync-level").text = "1"
    SubElement(SubElement(asked, f"{DAV}prop"), f"{DAV}getetag")
    return _written(asked)


def listing() -> bytes:
    """The etag of each file, and the mark of the collection itself."""
    asked = Element(f"{DAV}propfind")
    wanted = SubElement(asked, f"{DAV}prop")
    SubElement(wanted, f"{DAV}getetag")
    SubElement(wanted, CTAG)
    return _written(asked)


def multiget(hrefs: Sequence[str]) -> bytes:
    """RFC 4791 7.9."""
    asked = Element(f"{CALDAV}calendar-multiget")
    wanted = SubElement(asked, f"{DAV}prop")
    SubElement(wanted, f"{DAV}getetag")
    SubElement(wanted, f"{CALDAV}calendar-data")
    for href in hrefs:
        SubElement(asked, f"{DAV}href").text = href
    return _written(asked)


def description() -> bytes:
    """What is there, and whose."""
    asked = Element(f"{DAV}propfind")
    wanted = SubElement(asked, f"{DAV}prop")
    names = ("resourcetype", "displayname", "current-user-principal")
    for name in [*(DAV + each for each in names), f"{CALDAV}calendar-home-set", _COMPONENTS]:
        SubElement(wanted, name)
    return _written(asked)


_COMPONENTS = f"{CALDAV}supported-calendar-component-set"


def read(body: bytes) -> Multistatus:
    """Raises ValueError for what is no multistatus."""
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException) as broken:
        raise ValueError("no XML") from broken
    if root.tag != f"{DAV}multistatus":
        raise ValueError("no multistatus")
    answers = [_answer(each) for each in root.findall(f"{DAV}response")[:MOST_ANSWERS]]
    # RFC 6578 3.6: 507 for the collection itself says that there is more.
    return Multistatus(
        [one for one in answers if not one.is_cut],
        token=(root.findtext(f"{DAV}sync-token") or "").strip(),
        is_cut=any(one.is_cut for one in answers),
    )


def _answer(response: Element) -> Answer:
    status = response.findtext(f"{DAV}status") or ""
    found = Answer((response.findtext(f"{DAV}href") or "").strip(), is_gone=" 404" in status, is_cut=" 507" in status)
    for part in response.findall(f"{DAV}propstat"):
        if " 200" in (part.findtext(f"{DAV}status") or ""):
            known = part.find(f"{DAV}prop")
            if known is not None:
                _fill(found, known)
    return found


def _fill(found: Answer, known: Element) -> None:
    found.etag = (known.findtext(f"{DAV}getetag") or "").strip()
    found.ctag = (known.findtext(CTAG) or "").strip()
    found.data = known.findtext(f"{CALDAV}calendar-data") or ""
    found.name = (known.findtext(f"{DAV}displayname") or "").strip()
    found.principal = (known.findtext(f"{DAV}current-user-principal/{DAV}href") or "").strip()
    found.home = (known.findtext(f"{CALDAV}calendar-home-set/{DAV}href") or "").strip()
    kinds = {one.get("name") for one in known.findall(f"{_COMPONENTS}/{CALDAV}comp")}
    is_collection = known.find(f"{DAV}resourcetype/{CALDAV}calendar") is not None
    found.is_calendar = is_collection and (not kinds or "VEVENT" in kinds)


def _written(asked: Element) -> bytes:
    return bytes(tostring(asked, encoding="utf-8", xml_declaration=True))
