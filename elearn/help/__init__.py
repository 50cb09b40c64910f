"""Questions to the referent and the public questions and answers."""
