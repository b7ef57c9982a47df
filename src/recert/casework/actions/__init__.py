"""What changes requests and appeals; each function is one thing that somebody does."""
