"""Incidents of street and estate (网格事件): the seven-step loop from collecting to evaluating (docs/incidents.md)."""
