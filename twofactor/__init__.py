"""The ground that all doors stand on: one model layer, and the rules above it."""
