"""The outbox of messages, in the application and by e-mail, and its delivery."""
