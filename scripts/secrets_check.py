"""Look through the committed files for what looks like a secret, and for local settings."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATTERNS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a cloud access key": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "a hosting token": r"\b(?:ghp|gho|ghs|glpat|xox[abprs])[-_][0-9A-Za-z-]{20,}",
    "a signed token": r"\beyJ[0-9A-Za-z_-]{20,}\.eyJ[0-9A-Za-z_-]{20,}\.",
    "a password in an address": r"\b(?:postgres|redis|smtp|amqp)\w*(?:\+tls)?://[^\s:/@\"'{$]*:"
    r"(?!(?:password|secret|x|p4ss|igot)@)[^\s@\"'{$]{6,}@",
    "a secret of production": r"^(?:SECRET_KEY|FIELD_KEYS|BLIND_INDEX_KEY|S3_SECRET_KEY)=[^\s$]",
}
NEVER_COMMITTED = re.compile(r"(?:^|/)(?:\.env|id_rsa|.*\.(?:pem|key|p12|pfx|sqlite3|dump))$")


def committed() -> list[str]:
    """Return the paths that git knows of."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [name for name in listed.stdout.split("\0") if name]


def findings(name: str) -> list[str]:
    """Return what is wrong with one file, never the secret itself."""
    found = (
        [f"{name}: is a local file, not to be committed"] if NEVER_COMMITTED.search(name) else []
    )
    path = ROOT / name
    if not path.is_file() or b"\0" in path.read_bytes()[:8000]:
        return found
    text = path.read_text(errors="replace")
    for what, pattern in PATTERNS.items():
        for match in re.finditer(pattern, text, re.MULTILINE):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{name}:{line}: {what}")
    return found


if __name__ == "__main__":
    found = [line for name in committed() for line in findings(name)]
    print("\n".join(found) or "nothing found")
    sys.exit(bool(found))
