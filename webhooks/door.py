"""The blueprints of this door: delivery receipts, texts that people send back, and keys
pressed in calls."""

from webhooks.inbound import inbound
from webhooks.receipts import receipts
from webhooks.voice import voice

WEBHOOKS = (receipts, inbound, voice)
