"""Tags for the shared parts of pages (templates/web/). docs/frontend.md shows each with an example."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import forms, template
from django.forms import BoundField
from django.template.context import Context
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from web import formatting, slots

register = template.Library()

WIDGET_CLASSES: tuple[tuple[type[forms.Widget], str], ...] = (
    (forms.CheckboxSelectMultiple, "checkbox"),
    (forms.RadioSelect, "radio"),
    (forms.CheckboxInput, "checkbox"),
    (forms.SelectMultiple, "select select-multiple"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file-input"),
    (forms.Widget, "input"),
)

# Written out in templates/web/_control.html too, where the style sheet is made from.
SMALL_LIST = "select select-sm w-auto! max-w-52 max-sm:w-full!"
SMALL_INPUT = "input input-sm w-auto! max-sm:w-full!"


@register.simple_tag
def icon(name: str, classes: str = "", label: str = "") -> SafeString:
    """An icon of the sprite (frontend/icons.txt); decoration, unless a ``label`` gives it a meaning."""
    return _icon(str(name), classes, str(label))


@lru_cache(maxsize=2_000)
def _icon(name: str, classes: str, label: str) -> SafeString:
    """A page has hundreds, most of them many times."""
    address = f"{static('icons.svg')}#{name}"
    meaning = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="icon {}" {}><use href="{}"></use></svg>', classes, meaning, address)


@register.simple_tag
def badge(label: Any, tone: str = "", dot: bool = False) -> SafeString:
    """A short state in words; ``tone`` is one of gray blue teal green amber orange red pink violet indigo."""
    classes = " ".join(part for part in (f"tone tone-{tone}" if tone else "", "badge-dot" if dot else "") if part)
    return format_html('<span class="badge {}">{}</span>', classes, label)


@register.simple_tag
def avatar(name: Any, classes: str = "") -> SafeString:
    """The initials of a name in a circle, beside the name itself."""
    return format_html(
        '<span class="initials {}" aria-hidden="true">{}</span>', classes, formatting.initials(str(name))
    )


@register.inclusion_tag("web/_field.html")
def field(bound: BoundField, label: str = "", classes: str = "", **attributes: Any) -> dict[str, Any]:
    """Label, input, help and error of a form field, tied together for readers of the screen.

    Extra arguments become attributes of the input (``autocomplete="off"``, ``hx_get=…`` gives ``hx-get``).
    """
    widget = bound.field.widget
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs["class"] = " ".join(part for part in (_widget_class(widget), widget.attrs.get("class", "")) if part)
    return {
        "field": bound,
        "label": label or bound.label,
        "classes": classes,
        "input": bound.as_widget(attrs=attrs),
        "is_choice": isinstance(widget, forms.CheckboxInput),
        "is_group": isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple),
        "is_optional": not bound.field.required,
    }


@register.inclusion_tag("web/_control.html")
def control(bound: BoundField, **attributes: Any) -> dict[str, Any]:
    """A small control of a toolbar, which narrows a list. A list of choices speaks for itself, a date does not."""
    widget = bound.field.widget
    is_list = isinstance(widget, forms.Select)
    attrs = {name.replace("_", "-"): value for name, value in attributes.items()}
    attrs["class"] = SMALL_LIST if is_list else SMALL_INPUT
    return {"field": bound, "input": bound.as_widget(attrs=attrs), "says": not is_list}


def _widget_class(widget: forms.Widget) -> str:
    return next(classes for kind, classes in WIDGET_CLASSES if isinstance(widget, kind))


@register.inclusion_tag("web/_sort_head.html", takes_context=True)
def sort_head(context: Context, name: str, label: str, ordering: str = "", classes: str = "") -> dict[str, Any]:
    """A column's head that sorts the list by ``?ordering=name`` and, clicked again, the other way round."""
    direction = {name: "ascending", f"-{name}": "descending"}.get(ordering, "")
    query = context["request"].GET.copy()
    query.pop("cursor", None)
    query["ordering"] = f"-{name}" if direction == "ascending" else name
    return {"label": label, "direction": direction, "address": f"?{query.urlencode()}", "classes": classes}


@register.inclusion_tag("web/_pagination.html", takes_context=True)
def pagination(context: Context, page: Any, shown: str = "") -> dict[str, Any]:
    """Previous and next of a ``web.keyset.Page``; ``shown`` is a sentence such as "50 of 1,240 clients"."""
    request = context["request"]
    addresses = {name: _with_cursor(request.GET, getattr(page, name)) for name in ("previous", "next")}
    return {"addresses": addresses, "shown": shown}


def _with_cursor(parameters: Any, cursor: str | None) -> str:
    if cursor is None:
        return ""
    query = parameters.copy()
    query["cursor"] = cursor
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, about: Any = None) -> SafeString:
    """``{% slot "appointment_actions" appointment %}``: what higher apps show in this place (web/slots.py)."""
    return slots.filled(name, context["request"], about)
