from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tenants.models import Membership

# Makes a row in the bound firm and returns the parameters of its address.
Example = Callable[[Membership], dict[str, Any]]
