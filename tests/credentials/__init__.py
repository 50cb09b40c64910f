"""Tests of fulfilments, credentials and their printed face."""
