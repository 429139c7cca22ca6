"""Sending on other machines: the same rows and the same claims, woken over Redis or Valkey."""
