"""What axe finds on the page that is shown."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# A spinner has no end to go to.
FINISHED = """document.getAnimations().forEach((animation) => {
    if (animation.effect.getComputedTiming().endTime !== Infinity) animation.finish();
})"""


def violations(screen: Page) -> list[str]:
    """Each broken rule with the first element that breaks it."""
    # Colours fade over and messages fade in; axe would measure them half way.
    screen.evaluate(FINISHED)
    # A mail is shown in a frame where no script runs: axe would wait there for an answer that never comes.
    found = Axe().run(screen, options={"iframes": False}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]
