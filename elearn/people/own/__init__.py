"""One's own page: the name on the certificate, comfort of reading, password, sessions, the log of one's account."""
