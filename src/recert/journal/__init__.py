"""What happened: events that are only ever added, and the one door through which they come."""
