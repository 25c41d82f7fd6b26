"""How our own weights were made, for whoever wants to make some of their own."""
