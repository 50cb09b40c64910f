"""What is taught, asked and printed: files become frozen objects, and editions that can be cited."""
