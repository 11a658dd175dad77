"""Tests mirror the rooms of `bot` and `embeddings`."""

import os

# As the commands have it: numpy's threads wait in loops, and make an encoding of one second last
# twenty where several tests run at once. Without effect once numpy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
