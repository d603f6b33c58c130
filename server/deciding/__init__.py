"""Commands: judged on aggregates in memory, in flight or in turn."""
