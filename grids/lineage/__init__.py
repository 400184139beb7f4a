"""How the net of grids changes and keeps its history: split, merge, renumber (网格拆分、合并、重新编号)."""
