"""The time line of a client: one list over the tables of several apps (STY-21 … STY-26, docs/decisions/0011)."""
