"""The administrator's page of the company's settings. Belongs to `people`."""
