"""How a mail reaches a person: words, outbox, the mail server."""
