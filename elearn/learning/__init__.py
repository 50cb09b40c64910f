"""Placement, enrolments, lessons done, the charter signed."""
