"""What every test may ask for: a whole running portal, and a browser."""

pytest_plugins = ["tests.portal_server", "tests.browser", "tests.concurrency.recovery"]
