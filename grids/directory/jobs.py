"""Long work of the directory: importing this declares it."""

from grids.directory import posters

__all__ = ["posters"]
