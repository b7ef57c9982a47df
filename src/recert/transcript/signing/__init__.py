"""Forms of the board that employers and managers sign by a link, without an account (PER-3)."""
