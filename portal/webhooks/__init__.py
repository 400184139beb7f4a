"""Telling other systems what has happened: signed, retried, with a log (docs/interfaces.md)."""
