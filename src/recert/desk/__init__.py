"""Pages for the board's staff."""
