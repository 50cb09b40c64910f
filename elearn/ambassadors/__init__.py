"""Applications with their practice post, mandates, and the referent's decisions."""
