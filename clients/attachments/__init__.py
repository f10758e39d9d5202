"""Files attached to what is written about clients: what they may be called, what they are, where they are kept."""
