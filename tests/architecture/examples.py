"""For every page that names a row in its address: a row of the firm, to be looked for by strangers.

One line for each view: its name, and a function that makes the row and returns the parameters of the address. It is
called with the firm's administrator, the firm bound. A page without an example fails the build.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

import clients.services
import outcomes.services
import portfolios.services
import scheduling.services
from clients.bulk import services as bulk
from clients.bulk.actions import actions
from clients.enums import ExportFormat, ExportScope, ManagementKind
from clients.exports import services as exports
from clients.imports import jobs
from clients.imports.services import import_file
from clients.models import (
    Attachment,
    BulkJob,
    Client,
    ClientEdit,
    CustomField,
    Household,
    ImportJob,
    Label,
    ListEntry,
    ManagementEvent,
    Note,
    Quantity,
    Status,
    UserList,
)
from clients.queries import visible_clients
from clients.services import (
    NewManagementEvent,
    NoteContent,
    create_choice,
    create_custom_field,
    merge_clients,
    update_client,
)
from clients.services.lists import create_list
from clients.services.sublists import create_quantity
from groups.enums import GroupKind
from groups.models import Group, SavedSearch
from groups.services import GroupDetails, SearchDetails, create_group, create_search
from outcomes.models import ActivityKind, Challenge, Fulfilment, Outcome, PointsEntry, Relation
from outcomes.services.challenges import ChallengeDetails, save_challenge
from portfolios.models import Portfolio, Subject, Typology
from scheduling.enums import TaskKind
from scheduling.models import Appointment, AppointmentType, Check, Macro, Reminder, Task
from scheduling.nights import request_night
from scheduling.services import TaskDetails
from tenants import services
from tenants.binding import local_today
from tenants.enums import Role, Scope
from tenants.models import AuditEvent, Membership
from tests.clients.builders import new_client
from tests.scheduling import making

Example = Callable[[Membership], dict[str, Any]]


def invitation(admin: Membership) -> dict[str, Any]:
    made = services.invite("guest@example.org", name="Guest", role=Role.ADVISOR, by=admin, at=timezone.now())
    return {"pk": made.pk}


def token(admin: Membership) -> dict[str, Any]:
    return {"pk": services.create_token(admin, name="example", scopes=[Scope.READ], by=admin).row.pk}


def member(admin: Membership) -> dict[str, Any]:
    return {"pk": admin.pk}


def client(admin: Membership) -> dict[str, Any]:
    return {"pk": new_client(advisor=admin).pk}


def group(admin: Membership) -> dict[str, Any]:
    details = GroupDetails(name=f"Example {Group.objects.count()}", kind=GroupKind.FIXED)
    return {"pk": create_group(details, by=admin, at=timezone.now(), yearly_meetings=2).pk}


def planned(admin: Membership) -> Appointment:
    return making.book(making.make_client(advisor=admin), timezone.now() + timedelta(days=7), by=admin, assignee=admin)


def appointment(admin: Membership) -> dict[str, Any]:
    return {"pk": planned(admin).pk}


def cancelled_appointment(admin: Membership) -> dict[str, Any]:
    return {"pk": scheduling.services.cancel_appointment(planned(admin), by=admin, at=timezone.now()).pk}


def cadence_exception(admin: Membership) -> dict[str, Any]:
    made = scheduling.services.set_cadence_exception(
        making.make_client(advisor=admin), yearly_meetings=2, reason="As agreed", by=admin, at=timezone.now()
    )
    return {"pk": made.pk}


def appointment_type(admin: Membership) -> dict[str, Any]:
    return {"pk": AppointmentType.objects.order_by("id")[0].pk}


def reminder(admin: Membership) -> dict[str, Any]:
    made: Reminder = making.make_reminder(making.make_client(advisor=admin), timezone.now().date())
    return {"pk": made.pk}


def label(admin: Membership) -> dict[str, Any]:
    return {"pk": create_choice(Label(name="Example"), by=admin).pk}


def status(admin: Membership) -> dict[str, Any]:
    return {"pk": create_choice(Status(name="Example"), by=admin).pk}


def client_with_exception(admin: Membership) -> dict[str, Any]:
    own = new_client(advisor=admin)
    scheduling.services.set_cadence_exception(own, yearly_meetings=2, reason="As agreed", by=admin, at=timezone.now())
    return {"pk": own.pk}


def outcome(admin: Membership) -> dict[str, Any]:
    return {"pk": Outcome.objects.order_by("id")[0].pk}


def relation(admin: Membership) -> dict[str, Any]:
    return {"pk": Relation.objects.order_by("id")[0].pk}


def activity_kind(admin: Membership) -> dict[str, Any]:
    details = outcomes.services.KindDetails(name=f"Example {ActivityKind.objects.count()}")
    return {"pk": outcomes.services.create_kind(details, by=admin).pk}


def activity(admin: Membership) -> dict[str, Any]:
    kind = ActivityKind.objects.get(pk=activity_kind(admin)["pk"])
    details = outcomes.services.ActivityDetails()
    own = new_client(advisor=admin)
    return {"pk": outcomes.services.open_activity(own, kind, details, by=admin, at=timezone.now()).pk}


def past_appointment(admin: Membership) -> Appointment:
    """Of a type for which the first outcome is ticked."""
    kind = Relation.objects.select_related("type").order_by("id")[0].type
    past = timezone.now() - timedelta(days=1)
    return making.book(making.make_client(advisor=admin), past, by=admin, assignee=admin, type=kind)


def fulfilled(admin: Membership) -> Fulfilment:
    pair = Relation.objects.select_related("outcome").order_by("id")[0]
    return outcomes.services.fulfil_appointment(past_appointment(admin), pair.outcome, by=admin, at=timezone.now())


def fulfilment(admin: Membership) -> dict[str, Any]:
    return {"pk": fulfilled(admin).pk}


def fulfilled_appointment(admin: Membership) -> dict[str, Any]:
    return {"pk": fulfilled(admin).appointment_id}


def audit_event(admin: Membership) -> dict[str, Any]:
    label(admin)
    return {"pk": AuditEvent.objects.order_by("-id")[0].pk}


def import_job(admin: Membership) -> dict[str, Any]:
    file = io.BytesIO(b"Cognome\nRossi\n")
    job = import_file(file, name="example.csv", mapping=None, dry_run=True, by=admin, at=timezone.now())
    return {"pk": job.pk}


def export_job(admin: Membership) -> dict[str, Any]:
    job = exports.ask_for_export(
        visible_clients(admin), format=ExportFormat.CSV, scope=ExportScope.ALL, by=admin, columns=["name"]
    )
    exports.note_attempt(job.pk)
    exports.write_export(job.pk, at=timezone.now())
    return {"pk": job.pk}


def import_draft(admin: Membership) -> dict[str, Any]:
    file = io.BytesIO(b"Cognome;Nome\nRossi;Mario\n")
    return {"pk": jobs.hand_in(file, name="example.csv", by=admin, at=timezone.now()).pk}


def import_preview(admin: Membership) -> dict[str, Any]:
    job = ImportJob.objects.get(**import_draft(admin))
    jobs.choose_mapping(job, {"columns": {"Cognome": "last_name", "Nome": "birth_date"}})
    jobs.work_on(job.pk, at=timezone.now())
    return {"pk": job.pk}


def check(admin: Membership) -> dict[str, Any]:
    return {"pk": Check.objects.order_by("id")[0].pk}


def nightly_run(admin: Membership) -> dict[str, Any]:
    run = request_night(timezone.now().date(), by=admin)
    assert run is not None
    return {"pk": run.pk}


def client_in_group(admin: Membership) -> dict[str, Any]:
    return {**group(admin), "client_pk": client(admin)["pk"]}


def list_entry(admin: Membership) -> dict[str, Any]:
    return {
        "kind": "rating",
        "pk": create_choice(ListEntry(list_name="rating", name=f"Example {ListEntry.objects.count()}"), by=admin).pk,
    }


def list_of_entries(admin: Membership) -> dict[str, Any]:
    return {"kind": "rating"}


def custom_field(admin: Membership) -> dict[str, Any]:
    made = CustomField(label=f"Example {CustomField.objects.count()}", type="text")
    return {"pk": create_custom_field(made, by=admin).pk}


def edited(admin: Membership) -> dict[str, Any]:
    own = new_client(advisor=admin)
    update_client(own, {"profession": "Medico"}, version=None, by=admin, at=timezone.now())
    return {"pk": own.pk, "edit_pk": ClientEdit.objects.get(client=own).pk}


def bulk_draft(admin: Membership) -> dict[str, Any]:
    new_client(advisor=admin)
    job = bulk.freeze(actions()["archive"], Client.objects.all(), by=admin, at=timezone.now())
    return {"pk": job.pk}


def bulk_done(admin: Membership) -> dict[str, Any]:
    draft = BulkJob.objects.get(**bulk_draft(admin))
    return {"pk": bulk.confirm(draft, {}, at=timezone.now()).pk}


def user_list(admin: Membership) -> dict[str, Any]:
    return {"pk": create_list(f"Example {UserList.objects.count()}", by=admin).pk}


def written_note(admin: Membership) -> Note:
    own = new_client(advisor=admin)
    return clients.services.create_note(own, NoteContent(text="Example"), by=admin, at=timezone.now())


def note(admin: Membership) -> dict[str, Any]:
    return {"pk": written_note(admin).pk}


def deleted_note(admin: Membership) -> dict[str, Any]:
    return {"pk": clients.services.delete_note(written_note(admin), by=admin, at=timezone.now()).pk}


def attached_file(admin: Membership) -> Attachment:
    content = io.BytesIO(b"Example")
    return clients.services.attach(written_note(admin), content, name="example.txt", by=admin)


def attachment(admin: Membership) -> dict[str, Any]:
    return {"pk": attached_file(admin).pk}


def deleted_attachment(admin: Membership) -> dict[str, Any]:
    made = attached_file(admin)
    clients.services.delete_attachment(made, by=admin, at=timezone.now())
    return {"pk": made.pk}


def management_event(admin: Membership) -> dict[str, Any]:
    entry = NewManagementEvent(
        client_id=new_client(advisor=admin).pk,
        kind=ManagementKind.INVOICE,
        on=timezone.now().date(),
        number=f"{ManagementEvent.objects.count()}/E",
    )
    [entered] = clients.services.enter_management_events([entry], by=admin)
    return {"pk": entered.row.pk}


def planned_task(admin: Membership) -> Task:
    details = TaskDetails(subject="Example", at=timezone.now() + timedelta(days=7), assignee=admin)
    return scheduling.services.plan_task(new_client(advisor=admin), TaskKind.TASK, details, by=admin)


def task(admin: Membership) -> dict[str, Any]:
    return {"pk": planned_task(admin).pk}


def call(admin: Membership) -> dict[str, Any]:
    details = TaskDetails(subject="Example", at=timezone.now() + timedelta(days=7), assignee=admin)
    return {"pk": scheduling.services.plan_task(new_client(advisor=admin), TaskKind.CALL, details, by=admin).pk}


def deleted_task(admin: Membership) -> dict[str, Any]:
    return {"pk": scheduling.services.delete_task(planned_task(admin), by=admin, at=timezone.now()).pk}


def saved_search(admin: Membership) -> dict[str, Any]:
    rich = {"field": "aum", "op": "gte", "value": "1"}
    details = SearchDetails(name=f"Example {SavedSearch.objects.count()}", filter=rich)
    return {"pk": create_search(details, by=admin).pk}


def a_macro(admin: Membership) -> Macro:
    details = scheduling.services.MacroDetails(
        name=f"Example {Macro.objects.count()}",
        search=SavedSearch.objects.get(**saved_search(admin)),
        type=AppointmentType.objects.filter(active=True)[0],
    )
    return scheduling.services.create_macro(details, by=admin, at=timezone.now())


def macro(admin: Membership) -> dict[str, Any]:
    return {"pk": a_macro(admin).pk}


def macro_run(admin: Membership) -> dict[str, Any]:
    return {"pk": scheduling.services.run_macro(a_macro(admin), by=admin, at=timezone.now()).pk}


def merged_client(admin: Membership) -> dict[str, Any]:
    survivor, other = new_client(advisor=admin), new_client(advisor=admin)
    merge = merge_clients(survivor, other, {}, by=admin, at=timezone.now())
    return {"pk": survivor.pk, "merge_pk": merge.pk}


def typology(admin: Membership) -> dict[str, Any]:
    return {"pk": Typology.objects.get(position=3).pk}


def portfolio(admin: Membership) -> dict[str, Any]:
    first = Typology.objects.get(position=1)
    return {"pk": portfolios.services.create_portfolio(first, by=admin, name=f"Example {Portfolio.objects.count()}").pk}


def subject(admin: Membership) -> dict[str, Any]:
    code = str(Subject.objects.count())
    return {"pk": portfolios.services.create_subject("agent", by=admin, code=code, name="Example").pk}


def sale(admin: Membership) -> dict[str, Any]:
    details = portfolios.services.SaleDetails(
        client=making.make_client(advisor=admin),
        date=local_today(admin.firm),
        amount=Decimal(10),
        typology=Typology.objects.get(position=1),
    )
    return {"pk": portfolios.services.enter_sale(details, by=admin, at=timezone.now()).pk}


def challenge(admin: Membership) -> dict[str, Any]:
    today = timezone.now().date()
    details = ChallengeDetails(name=f"Example {Challenge.objects.count()}", starts_on=today, ends_on=today, target=1)
    return {"pk": save_challenge(None, details, by=admin).pk}


def points_entry(admin: Membership) -> dict[str, Any]:
    return {"pk": PointsEntry.objects.create(member=admin, points=1, at=timezone.now()).pk}


def quantity(admin: Membership) -> dict[str, Any]:
    return {"pk": create_quantity(Quantity(label=f"Example {Quantity.objects.count()}"), by=admin).pk}


def household(admin: Membership) -> dict[str, Any]:
    return {"pk": clients.services.save_household(Household(), name="Rossi", by=admin).pk}


EXAMPLES: dict[str, Example] = {
    # clients
    "clients:client_field": lambda admin: {**client(admin), "name": "aum"},
    "clients:client_changes": client,
    "clients:client_near": client,
    "clients:client_locate": client,
    "clients:client_change_undo": edited,
    "clients:export_file": export_job,
    "clients:import_detail": import_job,
    "clients:import_layout": import_draft,
    "clients:import_mapping": import_draft,
    "clients:import_cell": import_preview,
    "clients:import_row": import_preview,
    "clients:import_run": import_preview,
    "clients:import_cancel": import_draft,
    "clients:import_undo": import_job,
    "clients:import_errors": import_job,
    "clients:bulk_detail": bulk_done,
    "clients:bulk_confirm": bulk_draft,
    "clients:bulk_cancel": bulk_done,
    "clients:bulk_undo": bulk_done,
    "clients:client_detail": client,
    "clients:client_profile": client,
    "clients:client_timeline": client,
    "clients:note_create": client,
    "clients:note_detail": note,
    "clients:note_edit": note,
    "clients:note_delete": note,
    "clients:note_restore": deleted_note,
    "clients:note_attach": note,
    "clients:attachment_download": attachment,
    "clients:attachment_delete": attachment,
    "clients:attachment_restore": deleted_attachment,
    "clients:client_edit": client,
    "clients:client_status_history": client,
    "clients:client_status_change": client,
    "clients:client_status_undo": client,
    "clients:client_archive": client,
    "clients:client_reactivate": client,
    "clients:client_deceased": client,
    "clients:client_merge": client,
    "clients:merge_undo": merged_client,
    "clients:duplicate_dismiss": client,
    "clients:duplicate_restore": client,
    "clients:client_privacy": client,
    "clients:household_detail": household,
    "clients:household_edit": household,
    "clients:household_delete": household,
    "clients:household_join": household,
    "clients:household_leave": lambda admin: {**household(admin), "client_pk": client(admin)["pk"]},
    "clients:consent_record": client,
    "clients:client_dossier": lambda admin: {**client(admin), "kind": "json"},
    "clients:client_erase": client,
    "clients:choice_list": list_of_entries,
    "clients:choice_create": list_of_entries,
    "clients:choice_edit": list_entry,
    "clients:choice_activate": list_entry,
    "clients:choice_deactivate": list_entry,
    "clients:choice_move": list_entry,
    "clients:choice_delete": list_entry,
    "clients:choice_replace": list_entry,
    "clients:sheet_fields": lambda admin: {"sheet": "crm"},
    "clients:client_sublist": lambda admin: {**client(admin), "sublist": "policies"},
    "clients:user_list_edit": user_list,
    "clients:user_list_delete": user_list,
    "clients:custom_field_edit": custom_field,
    "clients:custom_field_activate": custom_field,
    "clients:custom_field_deactivate": custom_field,
    "clients:custom_field_move": custom_field,
    "clients:custom_field_delete": custom_field,
    # groups
    "groups:group_detail": group,
    "groups:group_edit": group,
    "groups:group_activation": group,
    "groups:group_delete": group,
    "groups:member_add": group,
    "groups:member_remove": group,
    "groups:group_why": client_in_group,
    "groups:search_edit": saved_search,
    "groups:search_delete": saved_search,
    # outcomes
    "outcomes:member_points": member,
    "outcomes:challenge_detail": challenge,
    "outcomes:challenge_edit": challenge,
    "outcomes:challenge_delete": challenge,
    # tenants
    "tenants:member_edit": member,
    "tenants:member_deactivate": member,
    "tenants:member_reactivate": member,
    "tenants:invitation_revoke": invitation,
    "tenants:token_revoke": token,
    # scheduling
    "scheduling:macro_detail": macro,
    "scheduling:macro_edit": macro,
    "scheduling:macro_activation": macro,
    "scheduling:macro_delete": macro,
    "scheduling:macro_run": macro,
    "scheduling:run_confirm": macro_run,
    "scheduling:run_discard": macro_run,
    "scheduling:run_undo": macro_run,
    "scheduling:planning_group": group,
    "scheduling:planning_row": group,
    "scheduling:planning_group_set": lambda admin: {**group(admin), "number": 4},
    "scheduling:exception_remove": cadence_exception,
    "scheduling:exception_restore": cadence_exception,
    "scheduling:exception_set": lambda admin: {"client_pk": client(admin)["pk"]},
    "scheduling:appointment_detail": appointment,
    "scheduling:appointment_edit": appointment,
    "scheduling:appointment_restore": appointment,
    "scheduling:appointment_time": appointment,
    "scheduling:appointment_hold": appointment,
    "scheduling:appointment_no_show": appointment,
    "scheduling:appointment_cancel": appointment,
    "scheduling:appointment_reopen": cancelled_appointment,
    "scheduling:appointment_take": appointment,
    "scheduling:appointment_release": appointment,
    "scheduling:appointment_delete": appointment,
    "scheduling:task_detail": task,
    "scheduling:task_edit": task,
    "scheduling:task_time": task,
    "scheduling:task_finish": task,
    "scheduling:task_reopen": task,
    "scheduling:task_delete": task,
    "scheduling:task_restore": deleted_task,
    "scheduling:reminder_dismiss": reminder,
    "scheduling:reminder_snooze": reminder,
    "scheduling:reminder_reopen": reminder,
    "scheduling:type_edit": appointment_type,
    "scheduling:type_activate": appointment_type,
    "scheduling:type_deactivate": appointment_type,
    "scheduling:type_make_default": appointment_type,
    "scheduling:type_move": appointment_type,
    # outcomes
    "outcomes:fulfil": lambda admin: {"pk": past_appointment(admin).pk},
    "outcomes:record": lambda admin: {"pk": past_appointment(admin).pk},
    "outcomes:undo": fulfilled_appointment,
    "outcomes:activity_detail": activity,
    "outcomes:activity_close": activity,
    "outcomes:activity_reopen": activity,
    "outcomes:activity_delete": activity,
    "outcomes:activity_create": lambda admin: {"client_pk": client(admin)["pk"]},
    "outcomes:type_replace": appointment_type,
    "outcomes:type_delete": appointment_type,
    "outcomes:relation_type": appointment_type,
    "outcomes:relation_tick": appointment_type,
    "outcomes:relation_edit": lambda admin: {**appointment_type(admin), "outcome_pk": outcome(admin)["pk"]},
    "outcomes:choice_replace": outcome,
    "outcomes:choice_list": lambda admin: {"what": "outcomes"},
    "outcomes:choice_create": lambda admin: {"what": "kinds"},
    "outcomes:choice_edit": lambda admin: {"what": "outcomes", **outcome(admin)},
    "outcomes:choice_switch": lambda admin: {"what": "outcomes", **outcome(admin)},
    "outcomes:choice_move": lambda admin: {"what": "kinds", **activity_kind(admin)},
    "outcomes:choice_delete": lambda admin: {"what": "kinds", **activity_kind(admin)},
}
