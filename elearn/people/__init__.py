"""People of the company, their departments and roles, and signing in."""
