"""numpy's BLAS is held to one thread as long as anything computes, in whichever thread."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from tests.conftest import PROJECT

_OVERLAPPING = """
import json, threading
import numpy
from threadpoolctl import ThreadpoolController, threadpool_limits
from bot.threads import one_thread

(blas,) = ThreadpoolController().select(user_api="blas").lib_controllers
seen = [blas.num_threads]
first_in, second_in, first_out, second_out = (threading.Event() for _ in range(4))

def first():
    with one_thread():
        first_in.set()
        second_in.wait()
    first_out.set()
    second_out.wait()

def second():
    first_in.wait()
    with one_thread():
        seen.append(blas.num_threads)
        second_in.set()
        first_out.wait()
        seen.append(blas.num_threads)
    second_out.set()

threads = [threading.Thread(target=first), threading.Thread(target=second)]
for thread in threads: thread.start()
for thread in threads: thread.join()
seen.append(blas.num_threads)
with one_thread(), one_thread():
    seen.append(blas.num_threads)
seen.append(blas.num_threads)
with threadpool_limits(limits=1, user_api="blas"):  # a program's own limits work as before
    seen.append(blas.num_threads)
seen.append(blas.num_threads)
print(json.dumps(seen))
"""

_FORKED = """
import json, os
import numpy
from threadpoolctl import ThreadpoolController
from bot import threads
from bot.threads import one_thread

(blas,) = ThreadpoolController().select(user_api="blas").lib_controllers
seen = [blas.num_threads]
with one_thread(), threads._turn:  # another thread is just taking its turn
    reading, writing = os.pipe()
    if not os.fork():
        with one_thread():
            inside = blas.num_threads
        os.write(writing, json.dumps([inside, blas.num_threads]).encode())
        os._exit(0)
    os.close(writing)
    seen += json.loads(os.read(reading, 100))
    os.wait()
    print(json.dumps([*seen, blas.num_threads]))
"""


def run(code: str) -> list[int]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "2"},
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    seen: list[int] = json.loads(done.stdout)
    return seen


def test_the_first_sets_it_and_the_last_puts_it_back() -> None:
    most, *seen = run(_OVERLAPPING)  # 2, but on a machine of one core
    assert seen == [1, 1, most, 1, most, 1, most]


def test_a_process_that_was_forked_meanwhile_has_its_own() -> None:
    most, inside, afterwards, parent = run(_FORKED)
    assert (inside, afterwards) == (1, most)
    assert parent == 1  # it still computes
