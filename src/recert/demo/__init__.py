"""The demonstration: a board of invented people, and a page from which each is one click away."""
