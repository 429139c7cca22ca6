"""What we are measured against: small apps that do less, or do it as text books have it."""
