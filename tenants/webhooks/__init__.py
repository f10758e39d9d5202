"""Announcing changes to other systems: thin events, signed, retried for three days."""
