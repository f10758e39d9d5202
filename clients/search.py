"""Finding a client by what people remember of him: parts of the name, e-mail, telephone, tax code.

Every comparison is a prefix or an equality on an index that row-level security may use (docs/decisions/0003).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from clients import changes, slips
from clients.filters.folding import fold
from clients.models import Client, ClientWord, Email, Phone
from tenants.binding import bound_firm_id

# The signs inside a name: "d'Angelo" is found by "angelo" and by "dangelo", "Bianchi-Rossi" by either half.
SIGNS = "'\"-.,;:/\\&()[]+*_#@!?"
ITALIAN_VAT = re.compile(r"^it\s*(?=\d)")
NUMBER = re.compile(r"^\+?[\d\s./()-]{3,}$", re.ASCII)
AT_MOST = 6
# A word that more clients carry is looked for client by client, in the order of the list: its page is full long before
# all of them have been gathered.
COMMON = 2_000

# Whether a word is known is looked up for each by itself: a join would read every word of the firm for a few clients.
_INDEX = """
WITH named AS (
    SELECT firm_id, id, name_key FROM clients_client WHERE firm_id = %(firm)s AND id = ANY(%(ids)s)
), words AS (
    SELECT firm_id, id, unnest(string_to_array(translate(name_key, %(signs)s, %(spaces)s), ' ')) AS word FROM named
    UNION
    SELECT firm_id, id, unnest(string_to_array(translate(name_key, %(signs)s, ''), ' ')) FROM named
    WHERE translate(name_key, %(signs)s, '') <> name_key
), dropped AS (
    DELETE FROM clients_clientword w WHERE firm_id = %(firm)s AND client_id = ANY(%(ids)s)
    AND NOT EXISTS (SELECT FROM words WHERE words.id = w.client_id AND words.word = w.word)
    RETURNING word
), added AS (
    INSERT INTO clients_clientword (firm_id, client_id, word)
    SELECT firm_id, id, word FROM words WHERE word <> '' ON CONFLICT DO NOTHING
), orphaned AS (
    SELECT DISTINCT word FROM dropped
    WHERE word NOT IN (SELECT word FROM words) AND NOT EXISTS (
        SELECT FROM clients_clientword w
        WHERE w.firm_id = %(firm)s AND w.word = dropped.word AND NOT w.client_id = ANY(%(ids)s)
    )
), forgotten AS (
    DELETE FROM clients_wordvariant v USING ({variants_of_orphaned}) AS gone
    WHERE v.firm_id = %(firm)s AND v.variant = gone.variant AND v.word = gone.word
), fresh AS (
    SELECT word FROM (SELECT DISTINCT word FROM words) AS each WHERE (
        SELECT v.word FROM clients_wordvariant v
        WHERE v.firm_id = %(firm)s AND v.variant = each.word AND v.word = each.word
    ) IS NULL
){marked}
INSERT INTO clients_wordvariant (firm_id, variant, word)
SELECT %(firm)s, variant, word FROM ({variants_of_fresh}) AS made ON CONFLICT DO NOTHING
"""
_VARIANTS = {
    "variants_of_orphaned": slips.VARIANTS.format(words="orphaned"),
    "variants_of_fresh": slips.VARIANTS.format(words="fresh"),
}
INDEX = _INDEX.format(**_VARIANTS, marked="")
_MARKED = f", marked AS ({changes.INSERT.format(rows='SELECT firm_id, id FROM named')})"  # noqa: S608 - of our own texts
INDEX_AND_MARK = _INDEX.format(**_VARIANTS, marked=_MARKED)


def index_names(client_ids: Iterable[int], *, mark: bool = False) -> None:
    """Bring the words by which these clients are found up to date with their names, in one statement.

    With ``mark`` it also puts them on the night's list, as ``changes.mark_changed`` does.
    """
    params: dict[str, int | str | list[int]] = {
        "firm": bound_firm_id(),
        "ids": list(client_ids),
        "signs": SIGNS,
        "spaces": " " * len(SIGNS),
    }
    with connection.cursor() as cursor:
        cursor.execute(INDEX_AND_MARK if mark else INDEX, params)


def matching(clients: QuerySet[Client], text: str) -> QuerySet[Client]:
    """Of ``clients`` those found by ``text``; all of them when there is nothing to look for."""
    wanted = ITALIAN_VAT.sub("", fold(text))
    if not wanted:
        return clients
    if NUMBER.match(wanted):
        return clients.filter(pk__in=_by_number(re.sub(r"[^\d+]", "", wanted)))
    if "@" in wanted:
        return clients.filter(pk__in=Email.objects.filter(address_key__prefix=wanted).values("client_id"))
    return _by_words(clients, wanted)


def _by_words(clients: QuerySet[Client], wanted: str) -> QuerySet[Client]:
    words = wanted.translate(str.maketrans("", "", SIGNS)).split()[:AT_MOST]
    if not words:
        return clients.none()
    if len(wanted) == 1:
        # One letter is the beginning of many words; the index by name answers it at once.
        return clients.filter(name_key__prefix=wanted)
    carried = _carried(words)
    if " " not in wanted:
        return clients.filter(_by_one_word(words[0], wanted, carried[0]))
    for word, number in zip(words, carried, strict=True):
        clients = clients.filter(_named(word, number))
    return clients


def _carried(words: list[str]) -> list[int]:
    """How many clients of the firm carry each word, as far as it matters."""
    counts = ", ".join(
        "(SELECT count(*) FROM (SELECT FROM clients_clientword WHERE firm_id = %s AND word ^@ %s LIMIT %s) AS carrying)"
        for _word in words
    )
    params = [part for word in words for part in (bound_firm_id(), word, COMMON + 1)]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {counts}", params)  # noqa: S608 - only place holders
        return list(cursor.fetchone())


def _named(word: str, number: int) -> Q:
    """Who carries a word; nobody doing so, those who carry one that differs by a slip."""
    if number == 0:
        return Q(pk__in=ClientWord.objects.filter(word__in=slips.similar(word)).values("client_id"))
    carrying = ClientWord.objects.filter(word__prefix=word)
    if number > COMMON:
        return Q(Exists(carrying.filter(client_id=OuterRef("pk"))))
    return Q(pk__in=carrying.values("client_id"))


def _by_one_word(word: str, typed: str, number: int) -> Q:
    """One word may also be the beginning of an e-mail address or of a tax code."""
    emails = Email.objects.filter(address_key__prefix=typed).order_by()
    codes = Client.objects.filter(tax_code__prefix=typed.upper()).exclude(tax_code="")
    if number > COMMON:
        return _named(word, number) | Q(Exists(emails.filter(client=OuterRef("pk"))))
    words = ClientWord.objects.filter(word__in=slips.similar(word)) if number == 0 else None
    named = words if words is not None else ClientWord.objects.filter(word__prefix=word)
    return Q(pk__in=named.values("client_id").union(emails.values("client_id"), codes.values("pk")))


def _by_number(digits: str) -> QuerySet[Phone, dict[str, int]]:
    """A telephone number with or without the Italian prefix, a VAT number, or a company's tax code."""
    typed = digits.removeprefix("+")
    international = digits if digits.startswith("+") else f"+39{typed}"
    phones = Phone.objects.order_by().values("client_id")
    return phones.filter(number__prefix=international).union(
        phones.filter(number__prefix=f"+{typed.removeprefix('00')}"),
        Client.objects.filter(vat_number__prefix=typed).exclude(vat_number="").values("pk"),
        Client.objects.filter(tax_code__prefix=typed).exclude(tax_code="").values("pk"),
    )
