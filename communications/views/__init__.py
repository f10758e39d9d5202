"""Pages of the outbox and of service opportunities."""
