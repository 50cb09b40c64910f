"""Campaigns: a population, parts due, a deadline; reminders before, on and after. People are chosen through
``reporting``, and written to through ``notifications``, once for each thing."""
