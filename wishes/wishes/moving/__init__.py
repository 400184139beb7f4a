"""Wishes follow their place: what is still open goes along when the net of grids changes."""
