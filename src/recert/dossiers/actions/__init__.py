"""What is done with all that is on record of a person."""
