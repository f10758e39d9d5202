"""The import wizard: file, columns, preview, result; and the history of imports (STY-18)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from clients.enums import ImportState
from clients.exports.writers import CsvWriter, XlsxWriter, as_attachment
from clients.forms.imports import CellForm, ChooseSavedForm, FileForm, LayoutForm, MappingForm, RowForm
from clients.imports import checking, jobs, kinds, preview, progress, queries, refused_files, saving
from clients.models import ImportJob
from clients.tasks import ring
from tenants.models import Membership
from tenants.permissions import Permission
from tenants.requests import FirmRequest, requires
from web.htmx import page_or_partial, wants_partial
from web.keyset import InvalidCursorError, keyset_page
from web.toasts import notify, notify_error

UNPROCESSABLE = 422


@requires(Permission.IMPORT_CLIENTS)
def import_list(request: FirmRequest) -> HttpResponse:
    """What was imported, by whom, and the way to import more."""
    return _list(request, FileForm())


@requires(Permission.IMPORT_CLIENTS)
@require_POST
def import_create(request: FirmRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            job = jobs.hand_in(file.file, name=file.name, by=request.membership, at=timezone.now())
        except ValidationError as refusal:
            form.add_error("file", refusal.messages)
        else:
            return _to(request, job)
    return _list(request, form)


def _list(request: FirmRequest, form: FileForm) -> HttpResponse:
    try:
        page = keyset_page(
            queries.imports_of(request.membership), ordering="-pk", cursor=request.GET.get("cursor"), size=30
        )
    except InvalidCursorError:
        return HttpResponseBadRequest()
    for job in page.items:
        job.kind_label = kinds.of(job).label
    context = {"page": page, "form": form}
    return page_or_partial(request, "clients/import_list.html", "clients/_import_list.html", context)


@requires(Permission.IMPORT_CLIENTS)
def import_detail(request: FirmRequest, pk: int) -> HttpResponse:
    """The step at which the import is."""
    job = _job(request, pk)
    if "watched" in request.GET and job.state not in ImportState.under_way():
        return _to(request, job)  # whoever watched it at work is shown the whole next page
    if job.state == ImportState.DRAFT:
        return _mapping_page(request, job)
    if job.state == ImportState.CHECKED:
        return _preview_page(request, job)
    if job.state in ImportState.under_way():
        context: dict[str, Any] = {"job": job, "kind": kinds.of(job), "step": 3, "percent": progress.percent(job)}
        return page_or_partial(request, "clients/import_progress.html", "clients/_import_progress.html", context)
    return _report_page(request, job)


def _report_page(request: FirmRequest, job: ImportJob) -> HttpResponse:
    refused = list(queries.refused_of(job).order_by("line", "id")[: queries.SHOWN])
    context = {
        "job": job,
        "step": 4,
        "refused": refused,
        "doubted": list(queries.doubted_of(job).order_by("line", "id")[: queries.SHOWN]),
        "kept": queries.kept_of(job, request.membership),
        "has_rows": queries.kept_rows_of(job).exists(),
        "may_undo": jobs.may_be_undone(job),
        "kind": kinds.of(job),
    }
    return page_or_partial(request, "clients/import_report.html", "clients/_import_report.html", context)


@requires(Permission.IMPORT_CLIENTS)
def import_mapping(request: FirmRequest, pk: int) -> HttpResponse:
    """Where the columns go; also to think again after the preview."""
    job = _job(request, pk)
    if job.state not in (ImportState.DRAFT, ImportState.CHECKED):
        return _to(request, job)
    if request.method != "POST":
        return _mapping_page(request, job)
    form = MappingForm(request.POST, job=job, mapping=job.mapping)
    if form.is_valid() and _done(form, lambda: _choose(job, form, by=request.membership)):
        ring(job)
        return _to(request, job)
    return _mapping_page(request, job, form=form)


def _choose(job: ImportJob, form: MappingForm, *, by: Membership) -> None:
    """The mapping is kept under its name first: a name that is taken leaves everything as it is."""
    if form.cleaned_data["save_as"]:
        saving.save_mapping(form.cleaned_data["save_as"], form.document(), by=by, kind=kinds.of(job))
    jobs.choose_mapping(job, form.document())


@requires(Permission.IMPORT_CLIENTS)
@require_POST
def import_layout(request: FirmRequest, pk: int) -> HttpResponse:
    """Read the file with another encoding, separator, sheet or line of the headings."""
    job = _job(request, pk)
    form = LayoutForm(request.POST, job=job)
    if form.is_valid() and _done(form, lambda: jobs.read_differently(job, form.document())):
        return HttpResponseRedirect(_address(request, "import_mapping", job))
    return _mapping_page(request, job, layout=form)


def _mapping_page(
    request: FirmRequest, job: ImportJob, *, form: MappingForm | None = None, layout: LayoutForm | None = None
) -> HttpResponse:
    chosen = ChooseSavedForm(request.GET)
    saved = chosen.cleaned_data["saved"] if chosen.is_valid() else None
    saved = saved or (saving.best_for(job) if "saved" not in request.GET and not job.is_checked else None)
    mapping = {**job.mapping, **saved.mapping} if saved else job.mapping
    context = {
        "job": job,
        "step": 2,
        "form": form or MappingForm(job=job, mapping=mapping),
        "layout": layout or LayoutForm(job=job),
        "saved": saved,
        "saved_mappings": saving.offered_for(job),
        "kind": kinds.of(job),
    }
    return page_or_partial(request, "clients/import_mapping.html", "clients/_import_mapping.html", context)


def _preview_page(request: FirmRequest, job: ImportJob) -> HttpResponse:
    only_refused = request.GET.get("rows") == "errors"
    rows = queries.rows_of(job, only_refused=only_refused)
    try:
        page = keyset_page(rows, ordering="line", cursor=request.GET.get("cursor"), size=queries.SHOWN)
    except InvalidCursorError:
        return HttpResponseBadRequest()
    columns = preview.columns_of(job)
    context = {
        "job": job,
        "step": 3,
        "page": page,
        "columns": columns,
        "kind": kinds.of(job),
        "lines": [preview.line_of(columns, row) for row in page.items],
        "wrong": queries.rows_of(job, only_refused=True).filter(dropped=False).count(),
        "only_refused": only_refused,
    }
    return page_or_partial(request, "clients/import_preview.html", "clients/_import_rows.html", context)


@requires(Permission.IMPORT_CLIENTS)
@require_POST
def import_cell(request: FirmRequest, pk: int) -> HttpResponse:
    """Correct one cell of the preview."""
    _job(request, pk)
    form = CellForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    data = form.cleaned_data
    return _change_row(request, pk, lambda job: checking.correct_cell(job, data["line"], data["column"], data["value"]))


@requires(Permission.IMPORT_CLIENTS)
@require_POST
def import_row(request: FirmRequest, pk: int) -> HttpResponse:
    """Leave a row out, or take it in again."""
    _job(request, pk)
    form = RowForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest()
    data = form.cleaned_data
    return _change_row(request, pk, lambda job: checking.drop_row(job, data["line"], dropped=data["dropped"]))


def _change_row(request: FirmRequest, pk: int, change: Callable[[ImportJob], Any]) -> HttpResponse:
    job = _job(request, pk)
    try:
        row = change(job)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
        return _to(request, job)
    if not wants_partial(request):
        return HttpResponseRedirect(f"{_address(request, 'import_detail', job)}?{request.POST.get('back', '')}")
    context = {"job": job, "line": preview.line_of(preview.columns_of(job), row)}
    return page_or_partial(request, "clients/_import_row.html", "clients/_import_row.html", context)


@requires(Permission.IMPORT_CLIENTS)
@require_POST
def import_run(request: FirmRequest, pk: int) -> HttpResponse:
    return _ask(request, pk, jobs.start, wake=True)


@requires(Permission.IMPORT_CLIENTS)
@require_POST
def import_cancel(request: FirmRequest, pk: int) -> HttpResponse:
    return _ask(request, pk, jobs.cancel)


@requires(Permission.IMPORT_CLIENTS)
@require_POST
def import_undo(request: FirmRequest, pk: int) -> HttpResponse:
    return _ask(request, pk, lambda job: jobs.ask_for_undo(job, by=request.membership), wake=True)


def _ask(request: FirmRequest, pk: int, act: Callable[[ImportJob], None], *, wake: bool = False) -> HttpResponse:
    job = _job(request, pk)
    try:
        act(job)
    except ValidationError as refusal:
        notify_error(request, " ".join(refusal.messages))
    else:
        if wake:
            ring(job)
        elif job.state == ImportState.CANCELLED:
            notify(request, _("The import has been cancelled; nothing of it was kept."))
    return _to(request, job)


@requires(Permission.IMPORT_CLIENTS)
def import_errors(request: FirmRequest, pk: int) -> HttpResponse:
    """The refused cells, and the warnings, as a file."""
    job = _job(request, pk)
    name = _("errors of import %(number)s") % {"number": job.pk}
    with refused_files.told_file(job) as file:
        return HttpResponse(file.read(), content_type=CsvWriter.content_type, headers=as_attachment(f"{name}.csv"))


@requires(Permission.IMPORT_CLIENTS)
def import_refused_rows(request: FirmRequest, pk: int) -> HttpResponse:
    """The rows that were not imported, to mend them and hand them in again."""
    job = _job(request, pk)
    name = _("rows not imported %(number)s") % {"number": job.pk}
    with refused_files.rows_file(job) as file:
        return HttpResponse(file.read(), content_type=XlsxWriter.content_type, headers=as_attachment(f"{name}.xlsx"))


def _job(request: FirmRequest, pk: int) -> ImportJob:
    job: ImportJob = get_object_or_404(queries.imports_of(request.membership), pk=pk)
    return job


def _address(request: FirmRequest, view: str, job: ImportJob) -> str:
    return reverse(f"clients:{view}", kwargs={"firm_slug": request.firm.slug, "pk": job.pk})


def _to(request: FirmRequest, job: ImportJob) -> HttpResponse:
    return redirect(_address(request, "import_detail", job))


def _done(form: Any, act: Callable[[], None]) -> bool:
    try:
        act()
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
    return not form.errors
