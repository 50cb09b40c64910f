"""The WSGI entry: what a production server imports."""

from elearn import create_app

app = create_app()
