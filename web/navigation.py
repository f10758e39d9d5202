"""Where a form leads back to."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def return_address(request: HttpRequest, *, default: str) -> str:
    """The page named by ``next``, as long as it is on this site; else ``default``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=request.is_secure())
    # A bare word would be taken for the name of a page, and the end of a line for the end of a header.
    is_address = wanted.isprintable() and (wanted.startswith("/") or "://" in wanted)
    return wanted if safe and is_address else default
