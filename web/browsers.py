"""What a browser calls itself, as a person would: “Firefox, Windows”."""

from __future__ import annotations

# Each is looked for in this order: almost all of them also say that they are Mozilla, Safari and Chrome.
PROGRAMS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def browser_name(agent: str) -> str:
    """Program and system; what is neither is told as it says itself."""
    found = [next((name for sign, name in known if sign in agent), "") for known in (PROGRAMS, SYSTEMS)]
    return ", ".join(filter(None, found)) or agent
