"""The door for gateways: delivery receipts, and texts that people send back."""
