"""A human must look: requests of certificants, and appeals after an audit."""
