"""What waits for the board's staff: one queue of all of it, who looks after what, and notes."""
