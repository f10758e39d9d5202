"""The product's addresses, and a page with nothing on it: what every page costs before it says anything."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

from crm.urls import urlpatterns as of_the_product
from tenants.requests import FirmRequest, any_member


@any_member
def empty(request: FirmRequest) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [path("f/<slug:firm_slug>/bench/", empty), *of_the_product]
