"""Refusal, the base of every domain "no".

A refusal carries one translatable sentence addressed to the person, and the HTTP status that fits. Rules and
services raise it; the application's error handler shows it in the product's voice.
"""

from __future__ import annotations


class Refusal(Exception):
    """The rule does not allow it, in the present state (409)."""

    status = 409

    def __init__(self, sentence, status: int | None = None):
        super().__init__(str(sentence))
        self.sentence = sentence
        if status is not None:
            self.status = status


class Invalid(Refusal):
    """What was sent cannot be understood or is incomplete (422)."""

    status = 422


class Forbidden(Refusal):
    """This person may not do this (403)."""

    status = 403


class NotFound(Refusal):
    """There is no such thing, or not for this person (404)."""

    status = 404


class Gone(Refusal):
    """It existed and is over: an expired link, a used code (410)."""

    status = 410


class TooMany(Refusal):
    """Too many attempts; wait a while (429)."""

    status = 429
