"""The pages of appointments, calendar, planning, reminders and types."""
