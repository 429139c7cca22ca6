"""Measurements: each a module with `main(arguments) -> bool`, run by `python -m bench NAME`."""
