"""Forms of the micro-wish: posting, the steps along its way, and the filters of its lists."""
