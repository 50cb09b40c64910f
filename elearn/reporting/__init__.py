"""Completion over the company, read-only."""
