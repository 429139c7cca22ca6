"""The door for operators: `flask <group> <verb>`."""
