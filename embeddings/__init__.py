"""From a folder of articles to a searchable index. Knows nothing of `bot`."""
