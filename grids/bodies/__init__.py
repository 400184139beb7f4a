"""Teams, social organisations, co-building units and Party organisations, and who may act for them."""
