"""What became of attempts and messages: roll-ups, figures over a period, single stories."""
