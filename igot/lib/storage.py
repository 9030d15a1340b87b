"""The folder of private files: what is kept in it lies there whole, or not at all."""

from typing import Any

from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    """Takes a file away again whose writing broke off: a full disk leaves no half file behind."""

    def _save(self, name: str, content: Any) -> str:
        was_there = self.exists(name)
        try:
            return str(super()._save(name, content))  # type: ignore[misc]  # absent from the stubs
        except OSError:
            if not was_there:
                self.delete(name)
            raise
