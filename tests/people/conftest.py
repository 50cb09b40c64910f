"""Hashing made cheap: its cost is Argon2's own affair, and is checked by the default parameters' test."""

from __future__ import annotations

import pytest

from elearn.people import passwords

PASSWORD = "la girafe boit du thé rouge"
NEW_PASSWORD = "neuf tapis pour un escalier bleu"


@pytest.fixture(autouse=True)
def cheap_hashing(monkeypatch):
    """A hash takes a millisecond."""
    monkeypatch.setattr(passwords, "PARAMETERS", {"time_cost": 1, "memory_cost": 64, "parallelism": 1})


@pytest.fixture
def person(app):
    """Somebody with an account and a password."""
    from ..factories import make_person

    return make_person(
        given_name="Éléonore",
        family_name="Lefèvre",
        email="eleonore@tests.example",
        employee_number="A-1024",
        password_hash=passwords.hash_password(PASSWORD),
    )
