"""The learner's home, search, and the loose pages."""
