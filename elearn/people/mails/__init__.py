"""The administrator's page of mails that do not go out."""
