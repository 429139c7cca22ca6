"""The door for people: HTML pages and forms."""
