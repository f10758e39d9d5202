"""Files of management events: entered at once, a row that is refused stops no other (O-54)."""
