"""Files of service opportunities: their columns, whose they are, and how they enter and leave again (SIS-31)."""
