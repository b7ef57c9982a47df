"""Badges: what the board says of a credential, so that any verifier can check it."""
