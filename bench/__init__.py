"""Measurements: each figure is a ratio to rivals that ran in the same minutes on this machine."""
