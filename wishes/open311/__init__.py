"""Open311 GeoReport v2: hotlines, mailboxes and civic apps send wishes in and follow them (docs/interfaces.md)."""
