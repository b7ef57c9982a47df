"""Reminders: who is told on which day that something of theirs begins, is due, or ends."""
