"""A whole firm as one open file, and that file as a firm again (docs/firm-archive.md)."""
