"""Use cases of the desk: views kept, many wishes at once."""

from wishes.desk.services.bulk import begin_bulk, carry_out
from wishes.desk.services.saved import pin_view, remove_view, save_view, views_for

__all__ = ["begin_bulk", "carry_out", "pin_view", "remove_view", "save_view", "views_for"]
