"""The door for programs: the wire format of Twilio Verify v2."""
