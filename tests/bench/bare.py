"""The yardstick: a bare Flask page that does one indexed SQLite read and renders 15 KB of Jinja."""

from __future__ import annotations

import os
import sqlite3

from flask import Flask, g, render_template_string

TEMPLATE = """<!doctype html><html lang="fr"><head><title>{{ title }}</title></head><body><h1>{{ title }}</h1><ul>
{% for row in rows %}<li class="row row-{{ loop.index }}"><a href="/rows/{{ row.id }}">{{ row.name }}</a> {{ row.text }}</li>
{% endfor %}</ul></body></html>"""

ROWS = [
    {"id": n, "name": f"Ligne {n}", "text": "Un texte de longueur ordinaire, & rien de plus. " * 2} for n in range(92)
]
DATABASE = os.environ.get("PV_BARE_DATABASE", ":memory:")

app = Flask(__name__)


@app.get("/")
def page():
    """One read, one page."""
    if "connection" not in g:
        g.connection = sqlite3.connect(DATABASE)
    title = g.connection.execute("SELECT title FROM page WHERE id = ?", (7,)).fetchone()[0]
    return render_template_string(TEMPLATE, title=title, rows=ROWS)


@app.teardown_appcontext
def close(error):
    """Give the connection back."""
    if "connection" in g:
        g.connection.close()
