"""A crisis: what it is and who hears of it (``service``), the page of whoever is on duty (``views``)."""
