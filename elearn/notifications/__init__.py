"""The outbox of messages, in the application and by e-mail, and its delivery.

This room stands above ``people`` on the ladder, so that signing in may send a link: it knows its readers only through
``kinds.register_readers``.
"""
