"""What providers report: courses, completions, and how they come to whose record."""
