"""Check that every string of code and templates has a Hindi message: none missing, none fuzzy.

The strings are gathered into a copy, so that the check changes nothing.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = Path("locale/hi/LC_MESSAGES/django.po")
SOURCES = [
    *["accounts", "circulars", "committee", "courses", "credits", "eligibility"],
    *["enrollment", "igot", "reimbursement", "reports", "templates", "locale", "manage.py"],
]


def gathered() -> str:
    """Return the Hindi catalogue as it would be after gathering all strings anew."""
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCES:
            source, copy = ROOT / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "*.mo"))
            elif source.exists():
                shutil.copy(source, copy)
        (Path(folder) / "locale").mkdir(exist_ok=True)
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "-l", "hi", "--no-location", "--no-wrap"],
            cwd=folder,
            env={**os.environ, "DATABASE_URL": "sqlite://:memory:"},
            check=True,
            capture_output=True,
            text=True,
        )
        return (Path(folder) / CATALOGUE).read_text()


def entries(catalogue: str) -> list[str]:
    """Split a catalogue into its live entries; the header and dropped messages are left out."""
    blocks = [block.strip() for block in catalogue.split("\n\n")]
    live = [block for block in blocks if re.search(r"^msgid ", block, re.MULTILINE)]
    return [
        block for block in live if not re.search(r'^msgid ""\nmsgstr ""\n"Project', block, re.M)
    ]


def is_untranslated(entry: str) -> bool:
    """Say whether a form of the message is empty."""
    forms = re.split(r"^msgstr(?:\[\d\])? ", entry, flags=re.MULTILINE)[1:]
    return any(not "".join(re.findall(r'"(.*)"', form)) for form in forms)


def placeholders_differ(entry: str) -> bool:
    """Say whether a translation lost or gained a named placeholder."""
    asked = set(re.findall(r"%\((\w+)\)", entry.partition("\nmsgstr")[0]))
    forms = re.split(r"^msgstr(?:\[\d\])? ", entry, flags=re.MULTILINE)[1:]
    return any(set(re.findall(r"%\((\w+)\)", form)) - asked for form in forms) or (
        bool(forms)
        and "msgid_plural" not in entry
        and set(re.findall(r"%\((\w+)\)", forms[0])) != asked
    )


def message_of(entry: str) -> str:
    """Return the English message of an entry on one line."""
    body = entry.partition("msgid ")[2].partition("\nmsgstr")[0]
    return "".join(re.findall(r'"(.*)"', body))


def main() -> int:
    """Print what is missing; return how a shell wants it."""
    found = entries(gathered())
    faults = {
        "not translated": [e for e in found if is_untranslated(e)],
        "fuzzy": [e for e in found if re.search(r"^#, .*fuzzy", e, re.MULTILINE)],
        "other placeholders": [
            e for e in found if not is_untranslated(e) and placeholders_differ(e)
        ],
    }
    for fault, those in faults.items():
        for entry in those:
            print(f"{fault}: {message_of(entry)}")
    print(f"{len(found)} messages, " + ", ".join(f"{len(v)} {k}" for k, v in faults.items()))
    return 1 if any(faults.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
