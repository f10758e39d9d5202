"""The product's addresses and, inside a firm, a page of shared parts: what the browser tests of the elements open."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path

from crm.urls import firm_pages
from crm.urls import urlpatterns as product
from tenants.requests import any_member
from web.navigation import return_address
from web.toasts import notify

LIST = """
{% extends "base.html" %}
{% block title %}Parts{% endblock %}
{% block heading %}Parts{% endblock %}
{% block actions %}
  <button type="button" class="btn" popovertarget="more" aria-haspopup="true">More</button>
  <div id="more" popover class="menu-popover menu-popover-end">
    <a class="menu-item" href="#one">One</a><a class="menu-item" href="#two">Two</a>
  </div>
{% endblock %}
{% block content %}
  <form method="post" action="{% firm_url "parts_change" %}">{% csrf_token %}<button class="btn">Change</button></form>
  <form method="post" action="{% firm_url "parts_change" %}" hx-post="{% firm_url "parts_fragment" %}"
        hx-target="#fragment">{% csrf_token %}<button class="btn">Change a part</button></form>
  <p id="fragment">before</p>
  <form method="post" action="{% firm_url "parts_change" %}" data-confirm="Erase for good?">
    {% csrf_token %}<button class="btn btn-error">Erase</button></form>
  <button class="btn" hx-get="{% firm_url "parts_broken" %}" hx-target="#fragment">Break</button>
  <cz-bulk class="panel block mt-4">
    <div class="bulk-bar" data-bulk-bar role="toolbar" aria-label="Selected">
      <span><b data-bulk-count>0</b> selected</span>
      <button type="button" class="btn btn-sm" data-bulk-clear>Clear</button>
    </div>
    <div class="table-scroll"><table class="table">
      <thead><tr><th><input type="checkbox" class="checkbox" aria-label="All"></th><th>Name</th>
        <th class="whitespace-nowrap">A column that is much wider than the screen of any telephone</th></tr></thead>
      <tbody>
        {% for name in names %}
          <tr data-list-row>
            <td><input type="checkbox" class="checkbox" data-row aria-label="Select {{ name }}"></td>
            <td><a class="row-link" data-row-link href="#{{ name }}">{{ name }}</a></td><td></td>
          </tr>
        {% endfor %}
      </tbody>
    </table></div>
  </cz-bulk>
  {% include "parts form" %}
{% endblock %}
"""

FORM = """
<form id="form" class="panel panel-body mt-4" method="post" action="{% firm_url "parts_form" %}" novalidate
      hx-post="{% firm_url "parts_form" %}" hx-swap="outerHTML">
  {% csrf_token %}{% include "web/_fields.html" %}<button class="btn btn-primary">Save</button>
</form>
"""


class Example(forms.Form):
    name = forms.CharField(help_text="As in letters.")


def _render(request: HttpRequest, source: str, **context: object) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(source).render(context, request))


@any_member
def parts(request: HttpRequest) -> HttpResponse:
    source = LIST.replace('{% include "parts form" %}', FORM)
    return _render(request, source, names=["Anna", "Bruno", "Carla", "Dario"], form=Example())


@any_member
def parts_change(request: HttpRequest) -> HttpResponse:
    notify(request, "Changed", undo=request.path.replace("change", "undo"))
    return redirect(request.path.replace("change/", ""))


@any_member
def parts_undo(request: HttpRequest) -> HttpResponse:
    notify(request, "Taken back")
    return redirect(return_address(request, default="/"))


@any_member
def parts_fragment(request: HttpRequest) -> HttpResponse:
    notify(request, "Part changed", undo=request.path.replace("fragment", "undo"))
    return HttpResponse("after")


@any_member
def parts_form(request: HttpRequest) -> HttpResponse:
    form = Example(request.POST)
    if form.is_valid():
        notify(request, "Saved")
        return redirect(request.path.replace("form/", ""))
    response = _render(request, FORM, form=form)
    response.status_code = 422
    return response


@any_member
def parts_broken(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<h1>traceback</h1>", status=500)


PAGES = [
    path("parts/", parts, name="parts"),
    path("parts/change/", parts_change, name="parts_change"),
    path("parts/undo/", parts_undo, name="parts_undo"),
    path("parts/fragment/", parts_fragment, name="parts_fragment"),
    path("parts/form/", parts_form, name="parts_form"),
    path("parts/broken/", parts_broken, name="parts_broken"),
]

urlpatterns = [path("f/<slug:firm_slug>/", include([*PAGES, *firm_pages])), *product]
