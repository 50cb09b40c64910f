"""The administrator's pages of the room: who answers for whom, and the catalogue. No application is shown here."""
