"""Long work of pairing: importing this declares it."""

from grids.pairing import feedback_papers

__all__ = ["feedback_papers"]
