"""The interface for programs: the same queries and actions as the pages, as JSON."""
