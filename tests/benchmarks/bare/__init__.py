"""The yardstick: the plainest Django page and form there are, on Django's own middleware, beside the portal's."""
