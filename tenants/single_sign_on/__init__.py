"""Logging in with what one has at work: a firm's identity provider, spoken to by allauth (decision 0030)."""
