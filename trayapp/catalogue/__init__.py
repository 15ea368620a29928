"""Catalogue files (TOML) read into providers, with errors a person can act on."""
