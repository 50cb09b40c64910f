"""The administrator's desk: people, departments, imports, the company's settings, the log. Pages of `people`."""
