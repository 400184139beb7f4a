"""Visits to households (走访): today's way, what was found, and who has not been visited for too long."""
