"""The page "Settings": one module per tab, all of them editing one draft."""
