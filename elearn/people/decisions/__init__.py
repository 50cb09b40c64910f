"""What an administrator decides about an account, read on a panel before it is confirmed."""
