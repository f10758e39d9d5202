"""What axe finds on the page that is shown."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# A spinner has no end to go to.
FINISHED = """document.getAnimations().forEach((animation) => {
    if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
})"""


# A mail has no heading or landmarks of its own to find one's way by: the reader's program has.
FOR_PAGES = ("landmark-one-main", "page-has-heading-one", "region")


def violations(screen: Page, *, mail: bool = False) -> list[str]:
    """Each broken rule with the first element that breaks it."""
    # Colours fade over and messages fade in; axe would measure them half way.
    screen.evaluate(FINISHED)
    unfit = {rule: {"enabled": False} for rule in FOR_PAGES if mail}
    # A mail is shown in a frame where no script runs: axe would wait there for an answer that never comes.
    found = (
        Axe()
        .run(screen, options={"resultTypes": ["violations"], "iframes": False, "rules": unfit})
        .response["violations"]
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
