"""Incidents for programs."""
