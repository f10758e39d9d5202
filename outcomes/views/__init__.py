"""The pages of outcomes: recording, storico, activities, and what the firm draws."""
