"""The administrator's pages for files of people: dry run, application, progress."""
