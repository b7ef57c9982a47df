"""Who holds what: credentials, the cycles that declarations brought, and inactive periods."""
