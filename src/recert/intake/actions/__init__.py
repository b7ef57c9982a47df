"""What changes what providers report."""
