"""What runs and looks after a node."""
