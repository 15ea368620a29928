"""What outlives a run: paths, settings, history, resources."""
