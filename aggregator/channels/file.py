"""The channel into a folder: files written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from aggregator.errors import DeliveryError


def write_whole(path: Path, content: str) -> None:
    """Write a file whole or not at all: a temporary file beside it, synced, renamed over it, the folder synced.

    Missing folders are made. A link in the file's place is replaced, never followed. Raises DeliveryError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o644)
            os.replace(temporary, path)
        except BaseException:
            os.unlink(temporary)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise DeliveryError(f"{path}: {error.strerror or error}; name a path that can be written") from error
