"""Employers: where those of their staff stand who consented, and who of them is at risk."""
