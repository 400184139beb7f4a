"""Long work of Party life: importing this declares it."""

from grids.gatherings import exporting

__all__ = ["exporting"]
