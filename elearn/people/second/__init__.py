"""The pages of the second factor: the second step of signing in, one's own page for it, the administrator's recovery."""
