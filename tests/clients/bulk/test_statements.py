"""However many clients one action concerns, it takes as many statements; every action of every app is among them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clients.bulk.actions import actions_of
from clients.models import BulkJob, Client, Label, Status
from communications.services import CampaignDetails, ServiceDetails, create_campaign, create_service
from groups.enums import GroupKind
from groups.services import GroupDetails, create_group
from portfolios.enums import SubjectKind
from portfolios.models import Typology
from portfolios.services import create_portfolio, create_subject
from tests.clients.builders import NOON
from tests.clients.bulk.running import LATER, people, run, undo

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bound")]

ARGUMENTS = {
    "assign_advisor": lambda ada: {"advisor": ada.pk},
    "assign_contact": lambda ada: {"contact": ada.pk},
    "assign_specialist": lambda ada: {"specialist": ada.pk},
    "set_category": lambda ada: {"category": ""},
    "change_status": lambda ada: {"status": Status.objects.last().pk},
    "add_label": lambda ada: {"label": Label.objects.get_or_create(name="Medico")[0].pk},
    "remove_label": lambda ada: {"label": Label.objects.get_or_create(name="Medico")[0].pk},
    "archive": lambda ada: {},
    "reactivate": lambda ada: {},
    "add_to_group": lambda ada: {"group": _group(ada).pk},
    "remove_from_group": lambda ada: {"group": _group(ada).pk},
    "set_portfolio": lambda ada: {"portfolio": _portfolio(ada).pk},
    "set_subject": lambda ada: {"typology": _first_typology().pk, "subject": _agent(ada).pk},
    "empty_slot": lambda ada: {"typology": _first_typology().pk, "slot": _linked(ada).kind},
    "hand_over_portfolio": lambda ada: {
        "former": _first_typology().portfolios.get(is_default=True).pk, "to": _portfolio(ada).pk, "on": NOON.date(),
    },
    "hand_over_subject": lambda ada: {
        "former": _linked(ada).pk, "to": _agent(ada).pk, "on": LATER.date(),
    },
    "associate_opportunity": lambda ada: {"opportunity": _service(ada).pk, "notes": ""},
    "enable_email": lambda ada: {},
    "send_booking_link": lambda ada: {"days": 14},
    "disable_email": lambda ada: {},
    "join_campaign": lambda ada: {"campaign": _campaign(ada).pk},
    "close_opportunity": lambda ada: {"opportunity": _proposed(ada).pk, "state": "declined", "note": ""},
}  # fmt: skip


def _campaign(ada):
    return create_campaign(CampaignDetails(name=f"C{BulkJob.objects.count()}", starts_on=NOON.date()), by=ada)


def _group(ada):
    return create_group(GroupDetails(name=f"G{BulkJob.objects.count()}", kind=GroupKind.FIXED), by=ada, at=NOON)


def _first_typology():
    return Typology.objects.get(position=1)


def _portfolio(ada):
    return create_portfolio(_first_typology(), name=f"P{BulkJob.objects.count()}", by=ada)


def _agent(ada):
    name = f"A{BulkJob.objects.count()}"
    return create_subject(SubjectKind.AGENT, code=name, name=name, by=ada)


def _service(ada):
    return create_service(ServiceDetails(name=f"S{BulkJob.objects.count()}"), by=ada)


def _proposed(ada):
    """A service that everybody was offered."""
    service = _service(ada)
    run("associate_opportunity", Client.objects.all(), {"opportunity": service.pk, "notes": ""}, by=ada)
    return service


def _linked(ada):
    """An agent who serves everybody."""
    agent = _agent(ada)
    run("set_subject", Client.objects.all(), {"typology": _first_typology().pk, "subject": agent.pk}, by=ada)
    return agent


def statements(code, ada):
    argument = ARGUMENTS[code](ada)
    with CaptureQueriesContext(connection) as captured:
        undo_or_none = run(code, Client.objects.all(), argument, by=ada)
        if undo_or_none.changed:
            undo(undo_or_none, by=ada)
    return len(captured)


@pytest.mark.parametrize("code", sorted(ARGUMENTS))
def test_many_clients_take_as_many_statements_as_a_few(ada, code):
    people(2)
    statements(code, ada)  # what is remembered of a firm is read once
    people(2)
    few = statements(code, ada)
    people(60)

    assert statements(code, ada) == few


def test_every_action_is_covered_here(ada):
    """A higher app's action that joins later shows up here: give it an argument."""
    assert {action.code for action in actions_of(ada)} == set(ARGUMENTS)
