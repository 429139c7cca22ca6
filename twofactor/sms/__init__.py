"""How a text reaches a phone: the rules of a text, the outbox, the routes, the receipts."""
