"""What a browser would send for a form of a page."""

from html.parser import HTMLParser


def fields_of(html: str, *, button: str) -> dict[str, list[str]]:
    """The fields of the form that holds the button with this value, which is pressed."""
    forms = _Forms()
    forms.feed(html)
    return next(fields for fields, buttons in forms.found if button in buttons) | {"do": [button]}


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[dict[str, list[str]], set[str]]] = []
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.found.append(({}, set()))
        elif self.found:
            self._control(tag, given, given.get("name") or "", given.get("value") or "")

    def _control(self, tag: str, given: dict[str, str | None], name: str, value: str) -> None:
        fields, buttons = self.found[-1]
        if tag == "button":
            buttons.add(value)
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given:
            fields.setdefault(self.select, []).append(value)
        elif tag == "textarea":
            fields[name] = [""]
        elif tag == "input" and name and (given.get("type") not in {"checkbox", "radio"} or "checked" in given):
            fields.setdefault(name, []).append(value)
