"""For every page and resource that names a row in its address: a row of the firm, to be looked for by strangers.

One module for each app, one line for each page and resource: its name, and a function that makes the row and returns
the parameters of the address. It is called with the firm's administrator, the firm bound. A page or resource without
an example fails the build.
"""

from __future__ import annotations

from tests.architecture.examples import clients, communications, groups, outcomes, portfolios, scheduling, tenants
from tests.architecture.examples.example import Example

APPS = (tenants, communications, clients, groups, portfolios, scheduling, outcomes)
# By the name of the page; by the resource's name in the REST interface.
EXAMPLES: dict[str, Example] = {name: example for app in APPS for name, example in app.PAGES.items()}
RESOURCES: dict[str, Example] = {name: example for app in APPS for name, example in app.RESOURCES.items()}
