"""What an operator has to know at once: found, kept without flapping, told."""
