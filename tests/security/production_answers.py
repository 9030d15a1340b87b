"""Asks a portal with production settings for one answer of each kind; prints them as JSON."""

import json
import sys
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
django.setup()

from django.conf import settings  # noqa: E402 – the settings must be there first
from django.core.management import call_command  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

from igot import urls  # noqa: E402

HOST = "igot.example.gov.in"


def fails(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("planted-secret-0815")


def told(answer: HttpResponse) -> dict[str, object]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return {
        "status": answer.status_code,
        "headers": {name.lower(): value for name, value in answer.headers.items()},
        "body": body.decode(errors="replace"),
        "cookies": {name: dict(morsel) for name, morsel in answer.cookies.items()},
    }


def main() -> None:
    fails.login_required = False
    urls.urlpatterns.insert(0, path("fails/", fails))
    for command in ("migrate", "createcachetable"):
        call_command(command, verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    manifest = json.loads((Path(settings.STATIC_ROOT) / "staticfiles.json").read_text())
    static = "/static/" + manifest["paths"]["css/igot.css"]
    client = Client(raise_request_exception=False)

    def ask(where: str, *, host: str = HOST, secure: bool = True) -> dict[str, object]:
        return told(client.get(where, secure=secure, headers={"host": host}))

    answers = {
        "page": ask("/"),
        "moved": ask("/me/record/"),
        "missing": ask("/nowhere/"),
        "form": ask("/accounts/login/"),
        "error": ask("/fails/"),
        "static": ask(static),
        "plain": ask("/", secure=False),
        "alien": ask("/", host="evil.example"),
    }
    sys.stdout.write(json.dumps(answers))


if __name__ == "__main__":
    main()
