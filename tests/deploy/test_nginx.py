"""A real nginx with our configuration before a stand-in portal: what it serves, hides and adds."""

import http.client
import re
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

DEPLOY = Path(__file__).resolve().parents[2] / "deploy" / "nginx"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
HEADERS = {"x-content-type-options", "content-security-policy", "referrer-policy"}
HEADERS |= {"cross-origin-opener-policy", "x-frame-options"}

pytestmark = pytest.mark.skipif(not NGINX, reason="nginx is missing: make test installs it")


class Portal(BaseHTTPRequestHandler):
    """Answers as the portal would: a page, or the word that lets nginx hand a file over."""

    def do_GET(self) -> None:
        self.send_response(200)
        if self.path.startswith("/papers/"):
            name = self.path.removeprefix("/papers/").replace("upwards", "../static/plain.css")
            self.send_header("X-Accel-Redirect", f"/protected/{name}")
            self.send_header("Content-Type", "application/pdf")
            self.send_header("Content-Disposition", 'attachment; filename="paper.pdf"')
            self.send_header("Cache-Control", "private, no-store")
            self.end_headers()
            return
        self.end_headers()
        heard = {name: self.headers[name] for name in ("Host", "X-Forwarded-Proto")}
        self.wfile.write(f"{heard} {self.headers['X-Forwarded-For']}".encode())

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))  # unread, it would break the pipe
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def configuration(folder: Path, port: int, portal: str) -> Path:
    """Write our configuration with this test's paths, port and portal into `folder`."""
    for name in ("static", "media", "temp"):
        (folder / name).mkdir()
    headers = folder / "headers.conf"
    shutil.copy(DEPLOY / "headers.conf", headers)
    shutil.copy(DEPLOY / "unavailable.html", folder)
    text = (DEPLOY / "nginx.conf").read_text()
    for ours, tests in {  # in this order: the folder of a test has /tmp/ in its own name
        "/tmp/": f"{folder}/temp/",  # noqa: S108 - the text that is replaced
        "listen 8080 default_server": f"listen 127.0.0.1:{port}",
        "http://web:8000": portal,
        "/srv/static/": f"{folder}/static/",
        "/srv/media/": f"{folder}/media/",
        "/etc/nginx/igot": str(folder),
        "/dev/stdout": f"{folder}/access.log",
        "/dev/stderr": f"{folder}/error.log",
    }.items():
        assert ours in text
        text = text.replace(ours, tests)
    path = folder / "nginx.conf"
    # As root, nginx would hand its requests to a user that cannot read a test's folder.
    path.write_text(f"user root;\n{text}")
    return path


@contextmanager
def running(config: Path, port: int) -> Iterator[None]:
    """Run nginx with `config` and wait until it listens."""
    process = subprocess.Popen(
        [str(NGINX), "-e", "stderr", "-c", str(config), "-g", "daemon off;"],
        stderr=subprocess.PIPE,
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, process.communicate()[1].decode()
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=10)


@pytest.fixture(scope="module")
def portal() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def port(folder: Path, portal: ThreadingHTTPServer) -> Iterator[int]:
    listening = free_port()
    config = configuration(folder, listening, f"http://127.0.0.1:{portal.server_port}")
    (folder / "static" / "site.0123456789ab.css").write_text("body { color: black }")
    (folder / "static" / "plain.css").write_text("body { color: black }")
    (folder / "media" / "paper.pdf").write_text("the paper")
    with running(config, listening):
        yield listening


def ask(
    port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, path, body=body, headers=sent)
    answer = connection.getresponse()
    given = {name.lower(): value for name, value in answer.getheaders()}
    text = answer.read().decode()
    connection.close()
    return answer.status, given, text


def test_a_private_file_is_not_there_for_who_asks_directly(port: int) -> None:
    assert ask(port, "/protected/paper.pdf")[0] == 404
    assert ask(port, "/protected/")[0] == 404
    for path in ("/static/../media/paper.pdf", "/static/..%2fmedia/paper.pdf", "/media/paper.pdf"):
        assert "the paper" not in ask(port, path)[2]


def test_a_private_file_is_handed_over_on_the_portals_word(port: int) -> None:
    status, headers, text = ask(port, "/papers/paper.pdf")

    assert (status, text) == (200, "the paper")
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"] == 'attachment; filename="paper.pdf"'
    assert headers["cache-control"] == "private, no-store"
    assert "sandbox" in headers["content-security-policy"]
    assert headers.keys() >= HEADERS
    assert "x-accel-redirect" not in headers


def test_the_portal_cannot_point_out_of_the_private_folder(port: int) -> None:
    status, _headers, text = ask(port, "/papers/upwards")

    assert status >= 400 and "color: black" not in text
    assert ask(port, "/papers/absent.pdf")[0] == 404


def test_static_files_carry_the_headers_and_digests_are_kept(port: int) -> None:
    status, headers, _text = ask(port, "/static/site.0123456789ab.css")

    assert status == 200
    assert headers.keys() >= HEADERS
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert ask(port, "/static/plain.css")[1]["cache-control"] == "public, max-age=3600"
    assert ask(port, "/static/absent.css")[1].keys() >= HEADERS


def test_hsts_is_said_over_https_only(port: int) -> None:
    path = "/static/plain.css"

    assert "strict-transport-security" not in ask(port, path)[1]
    assert "strict-transport-security" in ask(port, path, X_Forwarded_Proto="https")[1]


def test_the_portal_hears_host_scheme_and_peer(port: int) -> None:
    _status, _headers, text = ask(port, "/", Host="igot.example", X_Forwarded_Proto="https")

    assert "'Host': 'igot.example'" in text
    assert "'X-Forwarded-Proto': 'https'" in text
    assert text.endswith(" 127.0.0.1")


def test_a_made_up_scheme_is_not_passed_on(port: int) -> None:
    assert "'X-Forwarded-Proto': 'http'" in ask(port, "/", X_Forwarded_Proto="gopher")[2]


def test_an_upload_of_ten_megabytes_passes_and_one_of_twelve_does_not(port: int) -> None:
    assert ask(port, "/", "POST", b"x" * 10 * 1024 * 1024)[0] == 200
    assert ask(port, "/", "POST", b"x" * 12 * 1024 * 1024)[0] == 413


def test_a_roll_of_officers_may_be_larger(port: int) -> None:
    large = b"x" * 12 * 1024 * 1024

    assert ask(port, "/eligibility/rolls/new/", "POST", large)[0] == 200
    assert ask(port, "/officers/rolls/new/", "POST", large)[0] == 200
    assert ask(port, "/eligibility/", "POST", large)[0] == 413


def test_the_log_has_no_query_and_nginx_no_version(port: int, folder: Path) -> None:
    headers = ask(port, "/search?q=planted-value")[1]
    time.sleep(0.2)

    log = (folder / "access.log").read_text()
    assert '"GET /search"' in log
    assert "planted-value" not in log
    assert headers["server"] == "nginx"


def test_a_sleeping_portal_leaves_a_plain_page_in_two_languages(tmp_path: Path) -> None:
    listening, nobody = free_port(), free_port()
    config = configuration(tmp_path, listening, f"http://127.0.0.1:{nobody}")

    with running(config, listening):
        status, headers, text = ask(listening, "/courses/")

    assert status == 503
    assert headers["retry-after"] == "30"
    assert headers.keys() >= HEADERS
    assert "not available just now" in text and "उपलब्ध नहीं" in text
    assert not re.search(r"<style|<script|style=", text)
