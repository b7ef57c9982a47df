"""The transcript: what certificants did to keep learning, and the documents that prove it."""
