"""The referent's side of help: questions to answer, alerts to take."""
