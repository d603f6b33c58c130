"""Read models: what the log answers when it is asked, now and as it stood after any event."""
