"""Outcomes, the graph between them, points."""
