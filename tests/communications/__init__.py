"""The outbox and what it sends."""
