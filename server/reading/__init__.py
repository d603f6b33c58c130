"""Read models, kept up to the log."""
