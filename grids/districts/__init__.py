"""A whole district from spreadsheets: grids, buildings, people and their offices, looked over, brought in, undone."""
