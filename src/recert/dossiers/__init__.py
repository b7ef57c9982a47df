"""All that is on record of a person: read, taken out, merged, erased, and kept for them."""
