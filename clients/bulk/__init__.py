"""Actions on many clients at once: on a selection, or on all that a list shows."""
