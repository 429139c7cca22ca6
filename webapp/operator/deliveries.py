"""Deliveries."""

from flask import Blueprint

deliveries = Blueprint("deliveries", __name__)
