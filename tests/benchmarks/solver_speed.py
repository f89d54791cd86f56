"""Speed of the solvers: array functions, references and kernels, growth, and the served process.

    python -m tests.benchmarks.solver_speed [functions] [solvers] [growth] [serving]

Everything is printed beside a floor that is measured in the same run, as a ratio, so that a busy
machine slows both alike. One thread; a goal that is missed is marked with *.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

_THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


def main(words: list[str]) -> None:
    os.environ.update(dict.fromkeys(_THREADS, "1"))  # before numpy is imported
    import torch

    from tests.benchmarks import array_functions, growth, kernels, serving

    torch.set_num_threads(1)
    parts: dict[str, Callable[[], None]] = {
        "functions": array_functions.show,
        "solvers": kernels.show,
        "growth": growth.show,
        "serving": serving.show,
    }
    for name in words or parts:
        parts[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
