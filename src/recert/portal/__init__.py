"""Pages for certificants, employers and the public."""
