"""Who watches, and what is handed to them."""
