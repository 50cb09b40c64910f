"""The administrator's pages of departments. Belong to `people`."""
