"""From a folder of articles to a searchable index. Knows nothing of `bot`.

What a one-shot question needs is kept in NamedTuples: to make a frozen dataclass takes the
interpreter 0.4 ms at each start, and there are some thirty.
"""

import os

# numpy's BLAS waits in loops: threads of its own, in several processes on a busy machine,
# made an encoding of one second last twenty. The light engine brings its own (bert.py),
# one BLAS thread each, which is also quicker. Without effect once numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
