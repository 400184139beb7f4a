"""Party life (党内生活): meetings, lessons, theme days, who was there, what was resolved (docs/gatherings.md)."""
