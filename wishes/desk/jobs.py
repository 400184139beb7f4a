"""Long work of the desk: importing these modules declares it."""

from wishes.desk import entering, exporting

__all__ = ["entering", "exporting"]
