"""flask demo: an invented past, for dashboards, screenshots and scale tests."""
