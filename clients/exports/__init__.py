"""Clients as a file: what a list shows, or everything that is known, in constant memory."""
