"""The learner's progress: all that the database keeps, in one object.

>>> from datetime import UTC, datetime
>>> import tempfile, pathlib
>>> now = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
>>> with tempfile.TemporaryDirectory() as folder:
...     with Progress.open(pathlib.Path(folder), now=now) as progress:
...         progress.claim("w4-5", True, now=now)
...         list(progress.claims())
['w4-5']
"""

from __future__ import annotations

from quizapp.study.claims import Claims
from quizapp.study.marks import Marks
from quizapp.study.sittings import Sittings
from quizapp.study.transfer import Transfer


class Progress(Sittings, Marks, Claims, Transfer):
    """Sittings, attempts, marks, reviews, claims, settings; export, import, backup.

    Every method that saves is one transaction and raises CannotSave when it can't.
    """
