"""The frame of a mail: MJML to HTML that mail clients show, light and dark, with the styles inside the elements."""

from __future__ import annotations

import html
from dataclasses import dataclass
from enum import StrEnum

import css_inline
import mrml


class Colour(StrEnum):
    """The accent: each is a pair that can be read on white and on the dark ground."""

    BLUE = "blue"
    TEAL = "teal"
    GREEN = "green"
    VIOLET = "violet"
    RED = "red"
    GRAY = "gray"

    @property
    def light(self) -> str:
        return _ACCENTS[self.value][0]

    @property
    def dark(self) -> str:
        return _ACCENTS[self.value][1]


_ACCENTS = {
    "blue": ("#1d4ed8", "#93c5fd"),
    "teal": ("#0f766e", "#5eead4"),
    "green": ("#15803d", "#86efac"),
    "violet": ("#6d28d9", "#c4b5fd"),
    "red": ("#b91c1c", "#fca5a5"),
    "gray": ("#374151", "#d1d5db"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What stands around the content of every mail of the firm (SIS-26), in the language of templates."""

    header: str = ""
    opening: str = ""
    closing: str = ""
    footer: str = ""
    colour: Colour = Colour.BLUE


DARK = "@media (prefers-color-scheme: dark)"
_DARK_RULES = """
.ground, body { background-color: #0b1120 !important; }
.card, .card table { background: #1a2233 !important; background-color: #1a2233 !important; }
.words div, .words p, .words li, .words h1, .words h2, .words h3 { color: #e5e7eb !important; }
.words a, .head div, .head p { color: %(accent)s !important; }
.foot div, .foot p, .foot a { color: #9ca3af !important; }
"""
_STYLES = """
p { margin: 0 0 14px; }
ul, ol { margin: 0 0 14px; padding-left: 22px; }
li { margin: 0 0 4px; }
h1 { font-size: 20px; line-height: 1.3; margin: 0 0 12px; }
h2 { font-size: 17px; line-height: 1.3; margin: 0 0 10px; }
h3 { font-size: 15px; line-height: 1.4; margin: 0 0 8px; }
a { color: %(accent)s; }
blockquote { margin: 0 0 14px; padding-left: 12px; border-left: 3px solid #d1d5db; }
"""
_MJML = """<mjml lang="%(language)s"><mj-head><mj-preview>%(title)s</mj-preview>
<mj-raw><meta name="color-scheme" content="light dark"/>
<meta name="supported-color-schemes" content="light dark"/></mj-raw>
<mj-attributes><mj-all font-family="-apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"/>
<mj-text font-size="15px" line-height="1.6" color="#1f2937" padding="0 28px"/></mj-attributes>
<mj-style>:root { color-scheme: light dark; } %(dark)s { %(dark_rules)s }</mj-style>
<mj-style inline="inline">%(styles)s</mj-style></mj-head>
<mj-body background-color="#f3f4f6" css-class="ground">
<mj-section padding="12px"></mj-section>
<mj-section css-class="card" background-color="#ffffff" border-top="4px solid %(accent)s"
 padding="22px 0 12px"><mj-column>
%(head)s%(words)s
</mj-column></mj-section>
<mj-section padding="14px 0 28px"><mj-column>%(foot)s</mj-column></mj-section>
</mj-body></mjml>"""
_HEAD = (
    '<mj-text css-class="head" font-size="14px" font-weight="600" color="{accent}" padding="0 28px 14px">'
    "{html}</mj-text>"
)
_WORDS = '<mj-text css-class="words">{html}</mj-text>'
_FOOT = '<mj-text css-class="foot" font-size="12px" line-height="1.5" color="#4b5563" align="center">{html}</mj-text>'
_INLINER = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def page(*, title: str, head: str, words: list[str], foot: str, colour: Colour, language: str) -> str:
    """The whole HTML part; placeholders in the parts are left as they are."""
    accents = {"accent": colour.light}
    source = _MJML % {
        **accents,
        "language": html.escape(language),
        "title": title,
        "dark": DARK,
        "dark_rules": _DARK_RULES % {"accent": colour.dark},
        "styles": _STYLES % accents,
        "head": _HEAD.format(html=head, **accents) if head else "",
        "words": "".join(_WORDS.format(html=each) for each in words if each),
        "foot": _FOOT.format(html=foot) if foot else "",
    }
    made = _INLINER.inline(mrml.to_html(source).content)
    # Not through mrml, which repeats the title in an attribute and does not keep quotes there apart.
    return made.replace("<title></title>", f"<title>{title}</title>", 1)


def as_seen(page_html: str, *, dark: bool) -> str:
    """For a preview: as a mail client in the light, or in the dark, shows it, whatever the browser prefers."""
    return page_html.replace(DARK, "@media all" if dark else "@media not all")
