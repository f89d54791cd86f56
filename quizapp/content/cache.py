"""The parsed content, kept so that the next start reads no YAML.

Reading the files takes a tenth of a second, reading this cache a few thousandths. It is only
ever a copy: unreadable, stale or unwritable, it is passed over in silence.
"""

from __future__ import annotations

import contextlib
import os
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias, TypeVar

import msgspec

import quizapp
from quizapp.content import model
from quizapp.content.model import Library, TemplateSet

# Path, last change (content and metadata) and size of each file: equal stamps, equal content.
Stamps: TypeAlias = tuple[tuple[str, int, int, int], ...]


Content: TypeAlias = Library | TemplateSet
ContentT = TypeVar("ContentT", Library, TemplateSet)


class _Kept(msgspec.Struct, array_like=True):
    version: str
    stamps: Stamps
    content: msgspec.Raw


def folder() -> Path:
    """Where caches belong: what `platformdirs` says, without the 5 ms of importing it."""
    if data := os.environ.get("QUIZAPP_DATA_DIR"):
        return Path(data) / "cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "quizapp"
    if sys.platform == "win32":
        local = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
        return Path(local) / "quizapp" / "Cache"
    cache = os.environ.get("XDG_CACHE_HOME", "").strip()
    return (Path(cache) if cache else Path.home() / ".cache") / "quizapp"


def stamps(files: Sequence[Path]) -> Stamps:
    """The stamps of these files; one that can't be looked at has none, and is never cached."""
    return tuple(_stamp(path) for path in files)


def _stamp(path: Path) -> tuple[str, int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (str(path), 0, 0, -1)
    return (str(path), found.st_mtime_ns, found.st_ctime_ns, found.st_size)


def _version() -> str:
    """Changes with anything that could read the same files differently."""
    here = Path(model.__file__).parent
    readers = stamps([here / name for name in ("model.py", "bank.py", "yaml_source.py")])
    return f"{quizapp.__version__} {readers}"


def _file(folder: Path, stamps: Stamps, kind: type[Content]) -> Path:
    names = "\n".join(os.path.dirname(path) for path, *_ in stamps)  # noqa: PTH120
    return folder / f"{kind.__name__.lower()}-{zlib.crc32(names.encode()):08x}.msgpack"


def get(folder: Path, stamps: Stamps, kind: type[ContentT]) -> ContentT | None:
    """What is kept for exactly these files, if there is anything."""
    try:
        kept = msgspec.msgpack.decode(_file(folder, stamps, kind).read_bytes(), type=_Kept)
        if kept.stamps != stamps or kept.version != _version():
            return None
        return msgspec.msgpack.decode(kept.content, type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


def put(folder: Path, stamps: Stamps, content: Content) -> None:
    """Keep it; where that is impossible, don't."""
    if any(size < 0 for *_, size in stamps):
        return
    kept = _Kept(_version(), stamps, msgspec.Raw(msgspec.msgpack.encode(content)))
    target = _file(folder, stamps, type(content))
    partial = target.with_suffix(f".{os.getpid()}.part")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(msgspec.msgpack.encode(kept))
        partial.replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            partial.unlink()
