"""Programs that are told what happens to credentials."""
