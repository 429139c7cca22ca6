"""The door for gateways: delivery receipts, texts that people send back, keys pressed in calls."""
