"""The demo: believable, made through the doors that users have, and planned by a night."""

import pytest
from django.utils import timezone

from clients.models import Client, ImportJob
from crm.demo import LOG_INS, seed
from crm.nightly import run_now
from groups.models import Group, GroupMember
from scheduling.enums import ReminderState
from scheduling.models import ClientPlan, NightlyRun, Reminder
from tenants.binding import local_today, use_firm
from tenants.models import Firm
from tenants.unbound import all_firms

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def aurora() -> Firm:
    seed(lambda step: None)
    firm_id = next(firm_id for firm_id, slug in all_firms() if slug == "aurora")
    with use_firm(firm_id):
        return Firm.objects.get()


def rows(model: type[ClientPlan] | type[Reminder] | type[GroupMember], *without: str) -> set[tuple[object, ...]]:
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in without]
    return set(model.objects.values_list(*names))


def test_every_row_of_the_file_becomes_a_client(aurora: Firm) -> None:
    with use_firm(aurora):
        job = ImportJob.objects.get(kind="clients")

        assert (job.created, job.error_count) == (400, 0)
        assert Client.objects.filter(kind="company").count() == 25


def test_a_newcomer_sees_due_and_overdue_reminders(aurora: Firm) -> None:
    with use_firm(aurora):
        today = local_today(aurora)
        open_ones = Reminder.objects.filter(state=ReminderState.OPEN)

        assert open_ones.filter(due_on__lt=today).count() >= 20
        assert open_ones.filter(due_on__gte=today).count() >= 5
        assert ClientPlan.objects.filter(last_meeting_at=None, yearly_meetings__isnull=False).exists()
        assert {
            group.name: group.members.count() > 50 for group in Group.objects.filter(yearly_meetings__isnull=False)
        } == {
            "Gold": True,
            "Silver": True,
            "Bronze": True,
        }


def test_plans_and_reminders_come_from_the_night_alone(aurora: Firm) -> None:
    with use_firm(aurora):
        before = rows(ClientPlan), rows(Reminder, "id"), rows(GroupMember, "id")
        ClientPlan.objects.all().delete()
        Reminder.objects.all().delete()
        GroupMember.objects.filter(group__kind="dynamic").delete()

    run_now(aurora.pk, None, at=timezone.now())

    with use_firm(aurora):
        assert (rows(ClientPlan), rows(Reminder, "id"), rows(GroupMember, "id")) == before
        assert NightlyRun.objects.get().error == ""


def test_a_second_start_makes_nothing_anew(aurora: Firm) -> None:
    told: list[str] = []

    seed(told.append)

    assert told == []
    assert len(LOG_INS) == 9
