"""Pure values and functions: what a status page says, what we make of it, and what is worth telling."""
