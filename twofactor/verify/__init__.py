"""Is this the right person: passwords, codes, limits, sessions."""
