"""What somebody who means ill writes into a field (security.md sections 2.2 and 2.3).

Whatever runs sets ``window.ran`` or opens a dialog; whatever becomes an element is found by its name or attribute
``cadenza-x``; whatever the policy had to stop is reported. The text of each stays text.
"""

from __future__ import annotations

import json
from itertools import product

from tests.shared_data import shared_data

RUN = "window.ran=1"
TAGS = [
    "<script>{run}</script>",
    "<ScRiPt>{run}</sCrIpT>",
    "<script/x>{run}</script/x>",
    "<img src=x onerror={run}>",
    "<img cadenza-x src='x' onerror='{run}'>",
    "<svg onload={run}>",
    "<svg/onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<svg><animate onbegin={run} attributeName=x dur=1s>",
    "<math><mi cadenza-x xlink:href='javascript:{run}'>",
    "<body onload={run}>",
    "<details open ontoggle={run}>",
    "<video><source onerror={run}></video>",
    "<audio src=x onerror={run}>",
    "<input autofocus onfocus={run}>",
    "<select autofocus onfocus={run}>",
    "<textarea autofocus onfocus={run}>",
    "<iframe src='javascript:parent.ran=1'></iframe>",
    "<iframe srcdoc='<script>parent.ran=1</script>'></iframe>",
    "<object data='javascript:{run}'>",
    "<embed src='data:text/html,<script>{run}</script>'>",
    "<form cadenza-x action='javascript:{run}'><button autofocus>",
    "<a cadenza-x href='javascript:{run}'>x</a>",
    "<link rel=stylesheet href='//evil.example/x.css'>",
    "<base href='//evil.example/'>",
    "<meta http-equiv=refresh content='0;url=//evil.example/'>",
    "<style>@import '//evil.example/x.css';</style>",
    "<div cadenza-x style='background:url(//evil.example/)'>",
    "<b cadenza-x hx-get='/account/logout/' hx-trigger=load>",
    "<b cadenza-x data-hx-post='/account/logout/' hx-trigger=load hx-on::load='{run}'>",
    "<button cadenza-x popovertarget=x onbeforetoggle={run}>",
    "<marquee onstart={run}>",
    "<template><script>{run}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={run}>'>",
    "<cadenza-x>",
]
BREAKS = [
    '"{tag}',
    "'{tag}",
    '">{tag}',
    "'>{tag}",
    "-->{tag}",
    "</title>{tag}",
    "</textarea>{tag}",
    "</script>{tag}",
    "</style>{tag}",
    "</option></select>{tag}",
]
WITHOUT_TAGS = [
    '" onfocus={run} autofocus cadenza-x="',
    "' onfocus={run} autofocus cadenza-x='",
    '" onmouseover={run} cadenza-x="',
    "x onpointerover={run} cadenza-x=",
    "javascript:{run}",
    "JaVaScRiPt:{run}//",
    "java\tscript:{run}",
    "\x01javascript:{run}",
    "data:text/html,<script>parent.ran=1</script>",
    "vbscript:{run}",
    "{{{{ ''.__class__.__mro__ }}}}",
    "{{% debug %}}{{{{ settings.SECRET_KEY }}}}",
    "${{{run}}}",
    "#{{{run}}}",
    "{{{{constructor.constructor('{run}')()}}}}",
    "';{run};//",
    '";{run};//',
    "\\';{run};//",
    "`${{{run}}}`",
    "]]>{run}<![CDATA[",
    "%3Cscript%3E{run}%3C/script%3E",
    "&lt;script&gt;{run}&lt;/script&gt;",
    "\u2028{run}\u2029",
    "+ADw-script+AD4-{run}+ADw-/script+AD4-",
    "＜script＞{run}＜/script＞",
]
# For columns in which nothing longer has room.
SHORT = ["<cadenza-x>", "<b cadenza-x>", "<p cadenza-x=1>", '"><cadenza-x>', "'><cadenza-x>", "<svg cadenza-x>"]


def written() -> list[str]:
    """Those of this project: each tag alone and after each way out of where a text may stand."""
    tags = [tag.format(run=RUN) for tag in TAGS]
    broken = [pattern.format(tag=tag) for tag, pattern in product(tags, BREAKS)]
    return [*tags, *broken, *(pattern.format(run=RUN) for pattern in WITHOUT_TAGS)]


def naughty() -> list[str]:
    """Those of the shared list; what PostgreSQL cannot keep is refused long before."""
    entries = json.loads(shared_data("naughty_strings", "blns_selection.json").read_text())
    return [entry["string"] for entry in entries if entry["string"].strip() and "\x00" not in entry["string"]]
