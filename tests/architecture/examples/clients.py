"""Rows of clients, for strangers to look for."""

from __future__ import annotations

import io
from tempfile import TemporaryFile
from typing import Any

from django.utils import timezone

import clients.services
from clients.bulk import services as bulk
from clients.bulk.actions import actions
from clients.enums import AlertKind, ErasureGround, ExportFormat, ExportScope, ManagementKind
from clients.exports import services as exports
from clients.imports import jobs
from clients.imports.kinds import CLIENTS
from clients.models import (
    Access,
    AccessAlert,
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
    Processing,
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
from clients.services.processing import create_processing
from clients.services.sublists import create_quantity
from tenants.models import Membership
from tests.architecture.examples.example import Example
from tests.clients.builders import new_client, new_company


def client(admin: Membership) -> dict[str, Any]:
    return {"pk": new_client(advisor=admin).pk}


def company(admin: Membership) -> dict[str, Any]:
    return {"pk": new_company(advisor=admin).pk}


def label(admin: Membership) -> dict[str, Any]:
    return {"pk": create_choice(Label(name=f"Example {Label.objects.count()}"), by=admin).pk}


def status(admin: Membership) -> dict[str, Any]:
    return {"pk": create_choice(Status(name="Example"), by=admin).pk}


def import_job(admin: Membership) -> dict[str, Any]:
    file = io.BytesIO(b"Cognome\nRossi\n")
    job = CLIENTS.import_file(file, name="example.csv", mapping=None, dry_run=True, by=admin, at=timezone.now())
    return {"pk": job.pk}


def firm_export_job(admin: Membership) -> dict[str, Any]:
    job = exports.ask_for_firm(by=admin)
    exports.note_attempt(job.pk)
    with TemporaryFile() as file:
        exports.write_firm(job.pk, file, at=timezone.now())
        exports.keep_firm(job.pk, file, at=timezone.now())
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


def merged_client(admin: Membership) -> dict[str, Any]:
    survivor, other = new_client(advisor=admin), new_client(advisor=admin)
    merge = merge_clients(survivor, other, {}, by=admin, at=timezone.now())
    return {"pk": survivor.pk, "merge_pk": merge.pk}


def quantity(admin: Membership) -> dict[str, Any]:
    return {"pk": create_quantity(Quantity(label=f"Example {Quantity.objects.count()}"), by=admin).pk}


def household(admin: Membership) -> dict[str, Any]:
    return {"pk": clients.services.save_household(Household(), name="Rossi", by=admin).pk}


def deleted_household(admin: Membership) -> dict[str, Any]:
    family = clients.services.save_household(Household(), name="Rossi", by=admin)
    return {"pk": clients.services.delete_household(family, by=admin, at=timezone.now()).pk}


def consultation(admin: Membership) -> dict[str, Any]:
    return {"pk": Access.objects.create(at=timezone.now(), by=admin, door="page", seen=[new_client().pk]).pk}


def access_alert(admin: Membership) -> dict[str, Any]:
    now, kinds = timezone.now(), AlertKind.values
    stamps = {"first_at": now, "last_at": now, "raised_at": now, "day": now.date()}
    made = AccessAlert.objects.create(
        by=admin, kind=kinds[AccessAlert.objects.count() % len(kinds)], clients=9, **stamps
    )
    return {"pk": made.pk}


def erasure(admin: Membership) -> dict[str, Any]:
    gone = new_client(advisor=admin)
    return {"pk": clients.services.erase_client(gone, ground=ErasureGround.REQUEST, by=admin, at=timezone.now()).pk}


def activity_of_the_register(admin: Membership) -> dict[str, Any]:
    name = f"Example {Processing.objects.count()}"
    return {"pk": create_processing({"name": name}, by=admin).pk}


PAGES: dict[str, Example] = {
    "clients:processing_edit": activity_of_the_register,
    "clients:processing_delete": activity_of_the_register,
    "clients:client_field": lambda admin: {**client(admin), "name": "aum"},
    "clients:client_changes": client,
    "clients:client_near": client,
    "clients:client_locate": client,
    "clients:client_change_undo": edited,
    "clients:firm_export_file": firm_export_job,
    "clients:firm_export_cancel": firm_export_job,
    "clients:export_file": export_job,
    "clients:export_cancel": export_job,
    "clients:import_detail": import_job,
    "clients:import_layout": import_draft,
    "clients:import_mapping": import_draft,
    "clients:import_cell": import_preview,
    "clients:import_row": import_preview,
    "clients:import_run": import_preview,
    "clients:import_cancel": import_draft,
    "clients:import_undo": import_job,
    "clients:import_errors": import_job,
    "clients:import_refused_rows": import_job,
    "clients:bulk_detail": bulk_done,
    "clients:bulk_confirm": bulk_draft,
    "clients:bulk_cancel": bulk_done,
    "clients:bulk_undo": bulk_done,
    "clients:client_detail": client,
    "clients:client_company": company,
    "clients:client_profile": client,
    "clients:client_actions": client,
    "clients:client_sheet": client,
    "clients:client_sheet_pdf": client,
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
    "clients:household_restore": deleted_household,
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
    "clients:quantity_edit": quantity,
    "clients:quantity_move": quantity,
    "clients:quantity_activate": quantity,
    "clients:quantity_deactivate": quantity,
    "clients:quantity_delete": quantity,
    "clients:user_list_delete": user_list,
    "clients:custom_field_edit": custom_field,
    "clients:custom_field_activate": custom_field,
    "clients:custom_field_deactivate": custom_field,
    "clients:custom_field_move": custom_field,
    "clients:custom_field_delete": custom_field,
}

RESOURCES: dict[str, Example] = {
    "custom-fields": custom_field,
    "labels": label,
    "statuses": status,
    "lists": list_entry,
    "user-lists": user_list,
    "quantities": quantity,
    "imports": import_job,
    "households": household,
    "exports": export_job,
    "notes": note,
    "attachments": attachment,
    "management-events": management_event,
    "consultations": consultation,
    "consultation-alerts": access_alert,
    "erasures": erasure,
    "processing-activities": activity_of_the_register,
}
