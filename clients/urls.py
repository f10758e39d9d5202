"""Pages about clients. The client's own page is composed in crm, since it reads what is planned (crm/urls.py)."""

from __future__ import annotations

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from clients.dossier_files import FORMATS
from clients.enums import Sheet
from clients.sublists.kinds import SUBLISTS
from clients.views import (
    actions,
    attachments,
    bulk,
    choices,
    companies,
    consultations,
    custom_fields,
    exports,
    filters,
    firm_exports,
    households,
    imports,
    inline,
    lists,
    management,
    maps,
    merging,
    notes,
    places,
    processing,
    quantities,
    records,
    retention,
    rights,
    sheets,
    standing,
    sublists,
    timeline,
    user_lists,
)

app_name = "clients"


class DossierConverter(StringConverter):
    """A kind of file in which a dossier is made."""

    regex = "|".join(FORMATS)


class SheetConverter(StringConverter):
    """The code of a form, so that an unknown one is no address at all."""

    regex = "|".join(Sheet.values)


class SublistConverter(StringConverter):
    """One of the lists that belong to a client."""

    regex = "|".join(SUBLISTS)


register_converter(SheetConverter, "sheet")
register_converter(SublistConverter, "sublist")
register_converter(DossierConverter, "dossier")

urlpatterns = [
    path("", lists.client_list, name="client_list"),
    path("columns/", lists.client_columns, name="client_columns"),
    path("map/", maps.client_map, name="client_map"),
    path("<int:pk>/near/", maps.client_near, name="client_near"),
    path("<int:pk>/locate/", maps.client_locate, name="client_locate"),
    path("bulk/", bulk.bulk_list, name="bulk_list"),
    path("bulk/new/", bulk.bulk_start, name="bulk_start"),
    path("bulk/<int:pk>/", bulk.bulk_detail, name="bulk_detail"),
    path("bulk/<int:pk>/confirm/", bulk.bulk_confirm, name="bulk_confirm"),
    path("bulk/<int:pk>/cancel/", bulk.bulk_cancel, name="bulk_cancel"),
    path("bulk/<int:pk>/undo/", bulk.bulk_undo, name="bulk_undo"),
    path("management-events/import/", management.management_import, name="management_import"),
    path("yearly-values/", quantities.quantity_list, name="quantity_list"),
    path("yearly-values/new/", quantities.quantity_create, name="quantity_create"),
    path("yearly-values/<int:pk>/edit/", quantities.quantity_edit, name="quantity_edit"),
    path("yearly-values/<int:pk>/move/", quantities.quantity_move, name="quantity_move"),
    path("yearly-values/<int:pk>/activate/", quantities.quantity_activate, name="quantity_activate"),
    path("yearly-values/<int:pk>/deactivate/", quantities.quantity_deactivate, name="quantity_deactivate"),
    path("yearly-values/<int:pk>/delete/", quantities.quantity_delete, name="quantity_delete"),
    path("processing/", processing.processing_list, name="processing_list"),
    path("processing/export/", processing.processing_export, name="processing_export"),
    path("processing/new/", processing.processing_create, name="processing_create"),
    path("processing/<int:pk>/", processing.processing_edit, name="processing_edit"),
    path("processing/<int:pk>/delete/", processing.processing_delete, name="processing_delete"),
    path("retention/", retention.retention_periods, name="retention_periods"),
    path("exports/", exports.export_list, name="export_list"),
    path("exports/new/", exports.export_create, name="export_create"),
    path("exports/<int:pk>/file/", exports.export_file, name="export_file"),
    path("exports/<int:pk>/cancel/", exports.export_cancel, name="export_cancel"),
    path("exports/firm/", firm_exports.firm_export, name="firm_export"),
    path("exports/firm/new/", firm_exports.firm_export_create, name="firm_export_create"),
    path("exports/firm/<int:pk>/file/", firm_exports.firm_export_file, name="firm_export_file"),
    path("exports/firm/<int:pk>/cancel/", firm_exports.firm_export_cancel, name="firm_export_cancel"),
    path("imports/", imports.import_list, name="import_list"),
    path("imports/new/", imports.import_create, name="import_create"),
    path("imports/<int:pk>/", imports.import_detail, name="import_detail"),
    path("imports/<int:pk>/layout/", imports.import_layout, name="import_layout"),
    path("imports/<int:pk>/mapping/", imports.import_mapping, name="import_mapping"),
    path("imports/<int:pk>/cell/", imports.import_cell, name="import_cell"),
    path("imports/<int:pk>/row/", imports.import_row, name="import_row"),
    path("imports/<int:pk>/run/", imports.import_run, name="import_run"),
    path("imports/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("imports/<int:pk>/undo/", imports.import_undo, name="import_undo"),
    path("imports/<int:pk>/errors/", imports.import_errors, name="import_errors"),
    path("imports/<int:pk>/refused-rows/", imports.import_refused_rows, name="import_refused_rows"),
    path("filter/", filters.client_filter, name="client_filter"),
    path("filter/builder/", filters.filter_builder, name="filter_builder"),
    path("settings/", choices.status_list, name="status_list"),
    path("settings/<slug:kind>/", choices.choice_list, name="choice_list"),
    path("settings/<slug:kind>/new/", choices.choice_create, name="choice_create"),
    path("settings/<slug:kind>/<int:pk>/", choices.choice_edit, name="choice_edit"),
    path("settings/<slug:kind>/<int:pk>/activate/", choices.choice_activate, name="choice_activate"),
    path("settings/<slug:kind>/<int:pk>/deactivate/", choices.choice_deactivate, name="choice_deactivate"),
    path("settings/<slug:kind>/<int:pk>/move/", choices.choice_move, name="choice_move"),
    path("settings/<slug:kind>/<int:pk>/delete/", choices.choice_delete, name="choice_delete"),
    path("settings/<slug:kind>/<int:pk>/replace/", user_lists.choice_replace, name="choice_replace"),
    path("communes/", places.commune_options, name="commune_options"),
    path("lists/new/", user_lists.user_list_create, name="user_list_create"),
    path("lists/<int:pk>/", user_lists.user_list_edit, name="user_list_edit"),
    path("lists/<int:pk>/delete/", user_lists.user_list_delete, name="user_list_delete"),
    path("fields/", custom_fields.custom_field_list, name="custom_field_list"),
    path("fields/new/", custom_fields.custom_field_create, name="custom_field_create"),
    path("fields/<int:pk>/", custom_fields.custom_field_edit, name="custom_field_edit"),
    path("fields/<int:pk>/activate/", custom_fields.custom_field_activate, name="custom_field_activate"),
    path("fields/<int:pk>/deactivate/", custom_fields.custom_field_deactivate, name="custom_field_deactivate"),
    path("fields/<int:pk>/move/", custom_fields.custom_field_move, name="custom_field_move"),
    path("fields/<int:pk>/delete/", custom_fields.custom_field_delete, name="custom_field_delete"),
    path("<int:pk>/<sublist:sublist>/", sublists.client_sublist, name="client_sublist"),
    path("form/<sheet:sheet>/fields/", sheets.sheet_fields, name="sheet_fields"),
    path("duplicates/", merging.duplicate_list, name="duplicate_list"),
    path("<int:pk>/duplicate/dismiss/", merging.duplicate_dismiss, name="duplicate_dismiss"),
    path("<int:pk>/duplicate/restore/", merging.duplicate_restore, name="duplicate_restore"),
    path("<int:pk>/merge/", merging.client_merge, name="client_merge"),
    path("<int:pk>/merge/<int:merge_pk>/undo/", merging.merge_undo, name="merge_undo"),
    path("households/", households.household_list, name="household_list"),
    path("households/new/", households.household_create, name="household_create"),
    path("households/<int:pk>/", households.household_detail, name="household_detail"),
    path("households/<int:pk>/edit/", households.household_edit, name="household_edit"),
    path("households/<int:pk>/delete/", households.household_delete, name="household_delete"),
    path("households/<int:pk>/restore/", households.household_restore, name="household_restore"),
    path("households/<int:pk>/join/", households.household_join, name="household_join"),
    path("households/<int:pk>/leave/<int:client_pk>/", households.household_leave, name="household_leave"),
    path("erasures/", rights.erasure_list, name="erasure_list"),
    path("consultations/", consultations.access_list, name="access_list"),
    path("consultations/export/", consultations.access_export, name="access_export"),
    path("consultations/alerts/", consultations.access_alerts, name="access_alerts"),
    path("<int:pk>/privacy/", rights.client_privacy, name="client_privacy"),
    path("<int:pk>/consent/", rights.consent_record, name="consent_record"),
    path("<int:pk>/dossier.<dossier:kind>", rights.client_dossier, name="client_dossier"),
    path("<int:pk>/erase/", rights.client_erase, name="client_erase"),
    path("new/", records.client_create, name="client_create"),
    path("<int:pk>/timeline/", timeline.client_timeline, name="client_timeline"),
    path("<int:pk>/notes/new/", notes.note_create, name="note_create"),
    path("notes/<int:pk>/", notes.note_detail, name="note_detail"),
    path("notes/<int:pk>/edit/", notes.note_edit, name="note_edit"),
    path("notes/<int:pk>/delete/", notes.note_delete, name="note_delete"),
    path("notes/<int:pk>/restore/", notes.note_restore, name="note_restore"),
    path("notes/<int:pk>/attach/", attachments.note_attach, name="note_attach"),
    path("attachments/<int:pk>/", attachments.attachment_download, name="attachment_download"),
    path("attachments/<int:pk>/delete/", attachments.attachment_delete, name="attachment_delete"),
    path("attachments/<int:pk>/restore/", attachments.attachment_restore, name="attachment_restore"),
    path("<int:pk>/company/", companies.client_company, name="client_company"),
    path("<int:pk>/profile/", records.client_profile, name="client_profile"),
    path("<int:pk>/actions/", actions.client_actions, name="client_actions"),
    path("<int:pk>/sheet/", actions.client_sheet, name="client_sheet"),
    path("<int:pk>/sheet.pdf", actions.client_sheet_pdf, name="client_sheet_pdf"),
    path("<int:pk>/edit/", records.client_edit, name="client_edit"),
    path("<int:pk>/field/<str:name>/", inline.client_field, name="client_field"),
    path("<int:pk>/changes/", inline.client_changes, name="client_changes"),
    path("<int:pk>/changes/<int:edit_pk>/undo/", inline.client_change_undo, name="client_change_undo"),
    path("<int:pk>/status/", standing.client_status_history, name="client_status_history"),
    path("<int:pk>/status/change/", standing.client_status_change, name="client_status_change"),
    path("<int:pk>/status/undo/", standing.client_status_undo, name="client_status_undo"),
    path("<int:pk>/archive/", standing.client_archive, name="client_archive"),
    path("<int:pk>/reactivate/", standing.client_reactivate, name="client_reactivate"),
    path("<int:pk>/deceased/", standing.client_deceased, name="client_deceased"),
]
