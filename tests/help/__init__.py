"""Tests of help and alert."""
