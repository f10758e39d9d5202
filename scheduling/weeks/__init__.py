"""Plan my weeks: a proposal of days and hours, adjusting it, and the pure arithmetic below (decision 0022)."""
