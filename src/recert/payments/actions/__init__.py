"""What changes orders, attempts to pay them, and refunds."""
