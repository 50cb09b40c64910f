"""The author’s room."""
