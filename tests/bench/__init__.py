"""Measures, never decides: `make bench` prints server CPU milliseconds per request beside a bare page's."""
