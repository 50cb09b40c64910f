"""Porte-voix: the LMS that trains a company's employees to speak about it on social media.

``create_app()`` registers the rooms bottom to top, and nothing else; each room is described in its ``__init__``.
"""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

from flask import Flask

ROOMS = (
    "content",
    "notifications",
    "people",
    "credentials",
    "learning",
    "assessment",
    "ambassadors",
    "help",
    "reporting",
    "campaigns",
    "authoring",
    "privacy",
    "home",
)
"""The ladder: a room imports the kernel and the rooms listed above it, never below."""


def create_app(overrides: dict | None = None) -> Flask:
    """Build the application; raise ConfigError where a setting makes it unsafe."""
    from . import config, web

    app = Flask(
        "elearn",
        template_folder=str(config.ROOT / "templates"),
        static_folder=str(config.ROOT / "static"),
        instance_path=None,
    )
    app.config.from_mapping(config.load(overrides))
    web.setup_kernel(app)
    for room in ROOMS:
        setup_room(app, room)
    web.setup_guards(app)
    return app


def setup_room(app: Flask, room: str) -> None:
    """Register what a room has: tables, kinds of message, pages, commands."""
    if find_spec(f"elearn.{room}") is None:
        return
    for part in ("models", "messages", "views", "commands"):
        if find_spec(f"elearn.{room}.{part}") is None:
            continue
        module = import_module(f"elearn.{room}.{part}")
        if part == "messages":
            module.register()
        elif part == "views":
            app.register_blueprint(module.blueprint)
        elif part == "commands":
            module.register(app)
