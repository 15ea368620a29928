"""Words and view models for both shells. Pure."""
