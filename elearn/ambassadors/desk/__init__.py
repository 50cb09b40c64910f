"""The referent's desk: what it reads (``queries``), asks (``forms``) and shows (``views``)."""
