"""Which help pages there are, and which one belongs to which page of the product."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clients.filters.folding import fold
from clients.search_sources import Asked, Hit, Source, register
from tenants.permissions import Permission


@dataclass(frozen=True)
class HelpPage:
    """``pages`` are the beginnings of the view names that the page explains; ``words`` what else people call it."""

    slug: str
    title: str | Promise
    summary: str | Promise
    icon: str
    pages: tuple[str, ...] = ()
    words: str | Promise = ""


PAGES = (
    HelpPage(
        "clients",
        _("Clients: the list and the record"),
        _("Find, enter, change, and take a change back."),
        "users",
        ("clients:client", "clients:household"),
        _("new client, edit, columns, filter, archive, map, household, company, coordinates, near"),
    ),
    HelpPage(
        "timeline",
        _("Time line"),
        _("Everything that happened with a client, in the order in which it happened."),
        "history",
        ("clients:client_timeline", "clients:note", "clients:attachment", "clients:management"),
        _("note, attachment, call, task, event, company"),
    ),
    HelpPage(
        "search",
        _("Search and keyboard"),
        _("Find anything by Ctrl K, and work without the mouse."),
        "search",
        ("search",),
        _("palette, shortcuts, keys"),
    ),
    HelpPage(
        "bulk",
        _("Actions on many clients"),
        _("Change a whole selection at once, with one undo."),
        "list-checks",
        ("clients:bulk",),
        _("selection, assign, label, status, undo"),
    ),
    HelpPage(
        "fields",
        _("Fields, lists and statuses"),
        _("Shape the record as your firm works."),
        "tag",
        (
            "clients:choice",
            "clients:status",
            "clients:custom",
            "clients:user_list",
            "tenants:removal",
            "clients:sheet",
            "clients:quantity",
        ),
        _("user fields, lists, labels, statuses, hidden fields, forms, deleted"),
    ),
    HelpPage(
        "import",
        _("Import and export"),
        _("Bring clients in from any file, and out again."),
        "file-up",
        ("clients:import", "clients:export"),
        _("file, CSV, Excel, vCard, mapping"),
    ),
    HelpPage(
        "merge",
        _("Duplicates and merging"),
        _("Two entries for one person become one, and can be parted again."),
        "merge",
        ("clients:duplicate", "clients:merge"),
        _("duplicates, merge, same person"),
    ),
    HelpPage(
        "groups",
        _("Groups"),
        _("Clients gathered by a filter, or by hand."),
        "target",
        ("groups:",),
        _("dynamic group, fixed group, filter"),
    ),
    HelpPage(
        "viste",
        _("Viste and marketing lists"),
        _("Ways of looking at the clients, and lists to write to."),
        "list",
        ("groups:view", "groups:list", "groups:search"),
        _("vista, layout, grouping, board, marketing list, frozen, saved search"),
    ),
    HelpPage(
        "cadence",
        _("Cadence and reminders"),
        _("How often each client is met, and who tells you."),
        "calendar-check",
        (
            "scheduling:planning",
            "scheduling:reminder",
            "scheduling:check",
            "scheduling:overdue",
            "scheduling:never_met",
            "overview",
        ),
        _("yearly meetings, next date, reminder, check"),
    ),
    HelpPage(
        "ahead",
        _("Planning ahead"),
        _("What a cadence costs, where there is room, and whether it was kept."),
        "chart-column",
        (
            "scheduling:weeks",
            "scheduling:load",
            "scheduling:working_week",
            "scheduling:closure",
            "scheduling:day",
            "scheduling:cadence_kept",
        ),
        _("foresight, load, capacity, working hours, closures, holidays, weeks, my day"),
    ),
    HelpPage(
        "calendar",
        _("Calendar and appointments"),
        _("Plan, move, and say how it went."),
        "calendar-days",
        (
            "scheduling:calendar",
            "scheduling:appointment",
            "scheduling:type",
            "scheduling:task",
            "scheduling:unrecorded",
            "scheduling:outside",
            "scheduling:feed",
        ),
        _("appointment, meeting, outcome, task, call"),
    ),
    HelpPage(
        "portfolios",
        _("Portfolios and levels"),
        _("Ten ways of looking at a client, with thresholds of your own."),
        "briefcase",
        ("portfolios:",),
        _("typology, portfolio, agent, agency, introducer, RFM, recency, frequency, sales, threshold, handover"),
    ),
    HelpPage(
        "outcomes",
        _("Outcomes, activities and points"),
        _("Say how it went in two clicks; the rest moves by itself."),
        "badge-check",
        ("outcomes:",),
        _("outcome, history, undo, activity, points, ranking, challenge, action"),
    ),
    HelpPage(
        "graph",
        _("Relations and their graph"),
        _("Draw what each outcome brings about, and try it before it counts."),
        "workflow",
        ("outcomes:graph", "outcomes:relation", "outcomes:choice", "outcomes:scheme", "outcomes:type"),
        _("relation, graph, scheme, file, replace, types, follow-up"),
    ),
    HelpPage(
        "services",
        _("Service opportunities"),
        _("What you propose to whom, how it ended, and where nobody was asked yet."),
        "sparkles",
        ("communications:service", "communications:opportunity"),
        _("service, proposal, matrix, white space, annotations, outcome"),
    ),
    HelpPage(
        "relations",
        _("Writing to clients"),
        _("Choose whom, write once, reach each of them by e-mail."),
        "mail",
        ("communications:",),
        _("communication, template, campaign, circular, distribution, address, unsubscribe, outbox"),
    ),
    HelpPage(
        "enablement",
        _("Who may be written to"),
        _("Enable clients for e-mail, choose their address, say how often."),
        "mail",
        ("communications:client_enable", "communications:address", "communications:sending"),
        _("enable, not configured, address, contact pressure, sender"),
    ),
    HelpPage(
        "templates",
        _("Templates and placeholders"),
        _("Write once, and each client reads his own."),
        "sticky-note",
        ("communications:template", "communications:frame"),
        _("placeholder, preview, circular, offer, mail-sending template"),
    ),
    HelpPage(
        "sending",
        _("Generating and sending communications"),
        _("A dry run that says why, then exactly that, and never twice."),
        "send",
        (
            "communications:generate",
            "communications:run",
            "communications:communication",
            "communications:client_mail",
            "communications:mail",
        ),
        _("dry run, distribution, regenerate, uncertain, outbox, mail"),
    ),
    HelpPage(
        "unsubscribing",
        _("Unsubscribing and bounces"),
        _("Addresses that are left in peace, and mail that comes back."),
        "bell-off",
        ("communications:suppression",),
        _("unsubscribe, bounce, suppression, came back"),
    ),
    HelpPage(
        "campaigns",
        _("Campaigns"),
        _("What the firm undertakes over a time, with whom, and what came of it."),
        "heart-handshake",
        ("communications:campaign", "communications:member"),
        _("members, answer, cost, results, typology"),
    ),
    HelpPage(
        "macros",
        _("Macros"),
        _("Appointments that plan themselves for whoever a search finds."),
        "repeat",
        ("scheduling:macro", "scheduling:run"),
        _("macro, saved search, schedule, dry run"),
    ),
    HelpPage(
        "nights",
        _("What happens at night"),
        _("Groups, dates and reminders are brought up to date, and told."),
        "history",
        ("nightly:",),
        _("night, nightly run, hypothetical date, catch up"),
    ),
    HelpPage(
        "people",
        _("People, permissions and other programs"),
        _("Who may do what, in which firm, and what programs may."),
        "users-round",
        ("tenants:",),
        _("invitation, role, permission, token, webhook, API, audit trail, firm, log-in, password, passkey, SSO"),
    ),
    HelpPage(
        "rights",
        _("Rights of the person"),
        _("Consents, the dossier, and erasure."),
        "shield-check",
        (
            "clients:rights",
            "clients:consent",
            "clients:dossier",
            "clients:erasure",
            "clients:retention",
            "clients:firm_export",
            "clients:access",
            "clients:processing",
        ),
        _("GDPR, privacy, consent, dossier, erase, consultations, who looked"),
    ),
)
BY_SLUG = {page.slug: page for page in PAGES}


def page_for(view: str) -> HelpPage | None:
    """The help page that belongs to a page of the product: the one that names it most exactly."""
    fitting = [(len(start), page) for page in PAGES for start in page.pages if view.startswith(start)]
    return max(fitting, key=lambda each: each[0])[1] if fitting else None


def found_pages(asked: Asked, most: int) -> list[Hit]:
    words = fold(asked.text).split()
    texts = _searched(get_language())
    fitting = [page for page in PAGES if all(word in texts[page.slug] for word in words)]
    return [Hit(str(page.title), "help", note=str(page.summary), query=f"page={page.slug}") for page in fitting[:most]]


@cache
def _searched(language: str | None) -> dict[str, str]:
    """The words of each page in the language that is in force; they never change while the product runs."""
    return {page.slug: fold(f"{page.title} {page.summary} {page.words}") for page in PAGES}


register([Source("help", _("Help"), "circle-help", Permission.VIEW_CLIENTS, found_pages, position=90, in_palette=3)])
