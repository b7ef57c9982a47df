"""What templates of letters use."""
