"""From predicted properties to an order of preference, with its uncertainty."""
