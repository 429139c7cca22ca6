"""The blueprints of this door: delivery receipts, and texts that people send back."""

from webhooks.inbound import inbound
from webhooks.receipts import receipts

WEBHOOKS = (receipts, inbound)
