"""The ambassadors' room."""
