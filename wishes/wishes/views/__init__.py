"""Pages of the micro-wish: posting, browsing, the wish itself, its steps, and the desk of those who handle it."""
