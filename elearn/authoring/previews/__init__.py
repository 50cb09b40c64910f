"""Previews of what people receive: mails and certificates, with invented people."""
