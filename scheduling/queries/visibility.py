"""Whose rows one sees: the rule of clients, asked of what hangs on a client (XCT-02)."""

from __future__ import annotations

from clients.visibility import of_visible_clients

__all__ = ["of_visible_clients"]
