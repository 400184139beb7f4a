"""Party organisations laid over the grids, and their leaders (docs/cells.md)."""
