"""Configuring places, grids, buildings and appointments in Django admin, by hand and from spreadsheets."""
