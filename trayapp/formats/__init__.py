"""What several platforms share: plain text, timestamps, bodies, the Statuspage shape, feeds. Pure."""
