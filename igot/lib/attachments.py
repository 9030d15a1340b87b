"""Files that go with a mail: what they are, and how they stand in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.mime.text import MIMEText


@dataclass(frozen=True, kw_only=True)
class TextAttachment:
    """A text file to be sent along, such as a calendar entry."""

    name: str
    text: str
    kind: str  # of "text/…"
    parameters: Mapping[str, str] = field(default_factory=dict)  # of its content type

    def as_part(self) -> MIMEText:
        """Return the part of the mail, its lines as they were written."""
        part = MIMEText(self.text, self.kind, "utf-8")
        for name, value in self.parameters.items():
            part.set_param(name, value)
        part.add_header("Content-Disposition", "attachment", filename=self.name)
        return part
