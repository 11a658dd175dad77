"""From a folder of articles to a searchable index. Knows nothing of `bot`.

Values are frozen `msgspec.Struct`s, here and in `bot`: quick to define (a dataclass takes the
interpreter 0.4 ms at each start, and there are some fifty), equal only to their own kind, and
written and read as JSON by the library. Nothing here sets anything of the process (threads,
environment variables, signals): that is for whoever runs it.
"""
