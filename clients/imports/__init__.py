"""Clients from a CSV file: read, checked cell by cell, and written as a set (requirements 12 and "Bad input")."""
