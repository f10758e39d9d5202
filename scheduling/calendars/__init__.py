"""Members' calendars at other providers: one interface, an adapter for each, a queue of rows (STY-30, O-55)."""
