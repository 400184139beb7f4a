"""What everybody may have of the wishes: a daily anonymous table, and feeds of each community (docs/interfaces.md)."""
