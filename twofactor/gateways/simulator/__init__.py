"""The simulated phone network: a gateway without a company, for development, drills and tests."""
