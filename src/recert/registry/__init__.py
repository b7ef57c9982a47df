"""What the public may see: standing, badges, certificates."""
