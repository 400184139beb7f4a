"""Finding a grid and reading what it publishes (网格公开页)."""
