"""Where the kernel meets the records: each credential with the activities that may serve it."""
