"""The engine: asyncio loops that look at pages and publish snapshots. Knows no Qt and no wording."""
