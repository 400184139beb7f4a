"""Pages of Party life."""
