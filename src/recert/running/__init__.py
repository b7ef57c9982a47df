"""Everything that has to run for the system to run: the database, web, worker, card processor."""
