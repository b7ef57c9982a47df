"""What changes declarations: allocations, drafts, their payment, and what is decided of them."""
