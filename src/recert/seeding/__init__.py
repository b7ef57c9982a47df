"""A believable board of invented people, of any size."""
