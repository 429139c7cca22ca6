"""What people see and change of their own account, once they are in."""
