"""The feed of changes: one order of everything created, updated and deleted in a firm (docs/decisions/0021)."""
