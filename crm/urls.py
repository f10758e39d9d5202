"""Every address of the product. Pages inside a firm live under ``/f/<firm>/``."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

import clients.urls
from communications.views.unsubscribing import unsubscribe
from crm import caught, health
from crm.help.views import help_pages
from crm.overview.client import client_detail
from crm.palette import palette, search
from scheduling.views.booking import booking
from scheduling.views.outside import feed
from scheduling.views.outside_links import google_return
from tenants.requests import public
from tenants.views import saml
from tenants.views.single_sign_on import single_sign_on, single_sign_on_return

client_pages: list[URLPattern] = [*clients.urls.urlpatterns, path("<int:pk>/", client_detail, name="client_detail")]

firm_pages: list[URLPattern | URLResolver] = [
    path("palette/", palette, name="palette"),
    path("search/", search, name="search"),
    path("help/", help_pages, name="help"),
    path("clients/", include((client_pages, "clients"))),
    path("groups/", include("groups.urls")),
    path("", include("scheduling.urls")),
    path("", include("outcomes.urls")),
    path("", include("portfolios.urls")),
    path("", include("communications.urls")),
    path("nights/", include("crm.nights.urls")),
    path("", include("crm.overview.urls")),
]

urlpatterns = [
    path("healthz", health.process, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path(".well-known/security.txt", health.security_text, name="security_text"),
    path("account/", include("tenants.account_urls")),
    path("i18n/setlang/", public(set_language), name="set_language"),
    *caught.pages(),
    path("unsubscribe/<int:firm_id>/<str:token>/", unsubscribe, name="unsubscribe"),
    path("calendar/<int:firm_id>-<str:secret>.ics", feed, name="feed"),
    path("bookings/<int:firm_id>/<str:secret>/", booking, name="booking"),
    path("single-sign-on/<int:firm_id>-<slug:key>/", single_sign_on, name="single_sign_on"),
    path("single-sign-on/<int:firm_id>-<slug:key>/return/", single_sign_on_return, name="single_sign_on_return"),
    path("single-sign-on/<int:firm_id>-<slug:key>/metadata/", saml.own_metadata, name="single_sign_on_metadata"),
    path("single-sign-on/<int:firm_id>-<slug:key>/answer/", saml.answer, name="single_sign_on_answer"),
    path("single-sign-on/<int:firm_id>-<slug:key>/finish/", saml.finish, name="single_sign_on_finish"),
    path("outside/google/", google_return, name="google_return"),
    path("", include("web.urls")),
    path("", include("tenants.urls")),
    path("f/<slug:firm_slug>/", include(firm_pages)),
    path("api/v1/", include(("crm.api", "api"))),
]

handler400 = "web.errors.bad_request"
handler403 = "web.errors.permission_denied"
handler404 = "web.errors.not_found"
handler500 = "web.errors.server_error"
