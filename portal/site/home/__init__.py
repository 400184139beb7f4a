"""The first page, one for each kind of person."""
