"""The micro-wish for programs: the same lists, the same steps and the same rules as the pages."""
