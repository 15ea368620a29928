"""The main window: one module per page, passive widgets that show view models."""
