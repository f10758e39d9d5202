"""How large the data set is, and how unequal its firms are."""

from __future__ import annotations

from dataclasses import dataclass

# Of all clients: one firm has a tenth, one a twentieth, five a fiftieth each; the others share what is left.
LARGE = (0.10, 0.05, 0.02, 0.02, 0.02, 0.02, 0.02)
APPOINTMENTS_EACH = 6
GOAL_FIRMS, GOAL_CLIENTS = 500, 1_000_000


@dataclass(frozen=True, slots=True)
class Scale:
    firms: int
    clients: int

    @property
    def is_that_of_the_goals(self) -> bool:
        return self.firms >= GOAL_FIRMS and self.clients >= GOAL_CLIENTS

    @property
    def tenth(self) -> Scale:
        return Scale(max(self.firms // 10, 1), max(self.clients // 10, 1))

    @property
    def name(self) -> str:
        """As part of the name of a database."""
        return f"{self.firms}_{self.clients}"

    def sizes(self) -> list[int]:
        """Clients of each firm, the largest first."""
        large = [round(self.clients * part) for part in LARGE] if self.firms > 2 * len(LARGE) else []
        rest = self.firms - len(large)
        # Small firms are unequal too: the last has about half as many clients as the first of them.
        weights = [2 * rest - place for place in range(rest)]
        left = self.clients - sum(large)
        small = [left * weight // sum(weights) for weight in weights]
        small[0] += left - sum(small)
        return large + small

    def __str__(self) -> str:
        return f"{self.clients:,} clients in {self.firms:,} firms (the largest has {max(self.sizes()):,})"
