"""Measurements: `make bench`. Each figure is a ratio, or says what machine it is of."""
