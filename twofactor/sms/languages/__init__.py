"""One file a language: whole sentences, checked by someone who speaks it."""
