"""What an operator wants to know before anybody else notices."""
