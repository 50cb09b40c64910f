"""Tests of drawing, attempts and results."""
