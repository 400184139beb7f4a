"""What a process has loaded before it begins its work lives as long as the process does."""

import gc


def keep_what_is_loaded() -> None:
    """Keep the collector off what is loaded by now: processes forked from this one then share its memory.

    A request makes and drops far more than the usual 700 objects, and looking for circles so often costs more than it
    finds.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
