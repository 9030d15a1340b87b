"""Imports point down the layers, views start from `visible_to`, and templates carry no code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LAYERS: dict[str, set[str]] = {  # each app and those that it may import, besides igot.lib
    "igot": set(),
    "accounts": set(),
    "circulars": {"accounts"},
    "credits": {"accounts"},
    "courses": {"accounts", "circulars"},
    "eligibility": {"accounts", "circulars", "courses"},
    "committee": {"accounts", "circulars", "courses", "eligibility"},
    "enrollment": {"accounts", "circulars", "courses", "credits", "eligibility"},
    "reimbursement": {"accounts", "circulars", "courses", "enrollment"},
}
LAYERS["reports"] = set(LAYERS) - {"igot"}
# Within an app each file may import only those before it. Files not named here stand where they
# are used: documents, exports and imports before views, admin and urls after everything.
ORDER = ["states", "rules", "models", "facts", "policies", "actions", "tasks", "forms", "views"]
VAGUE = {"services", "utils", "helpers", "mixins", "constants", "signals"}
MODULES = sorted(path for app in LAYERS for path in (ROOT / app).rglob("*.py"))
OURS = [path for path in MODULES if "migrations" not in path.parts]
VIEWS = [path for path in OURS if path.stem == "views" or "views" in path.parts]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def name_of(path: Path) -> str:
    """Name a file in a test's id."""
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(path.read_text(encoding="utf-8"))


def imported_modules(tree: ast.AST) -> Iterator[str]:
    """Yield the dotted name of each import in `tree`, as far as it may name a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0 and node.module, "write imports in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports(tree: ast.AST) -> set[str]:
    """Return the top-level package of each import in `tree`."""
    return {name.partition(".")[0] for name in imported_modules(tree)}


def place_in_app(dotted: str) -> int | None:
    """Return where in the order of an app's files the imported module stands."""
    parts = dotted.split(".")
    return ORDER.index(parts[1]) if len(parts) > 1 and parts[1] in ORDER else None


def functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return all functions of a module, at whatever depth."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def offenders(paths: list[Path], pattern: str) -> list[str]:
    """Return each place in `paths` that matches `pattern`, as file:line: text; comments aside."""
    found = []
    for path in paths:
        text = re.sub(r"{#.*?#}", "", path.read_text(encoding="utf-8"))
        for match in re.finditer(pattern, text, re.IGNORECASE):
            line = text.count("\n", 0, match.start()) + 1
            found.append(f"{name_of(path)}:{line}: {match[0]}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_module_imports_only_layers_below(path: Path) -> None:
    app = path.relative_to(ROOT).parts[0]

    assert imports(parsed(path)) & set(LAYERS) <= LAYERS[app] | {app, "igot"}


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 50
    assert VIEWS and TEMPLATES


def test_no_import_of_ours_hides_in_a_function() -> None:
    hidden = [
        f"{name_of(path)}: {function.name}"
        for path in MODULES
        for function in functions(parsed(path))
        if imports(function) & set(LAYERS)
    ]

    assert hidden == []


def test_apps_take_only_the_library_from_the_project_package() -> None:
    taken = [
        f"{name_of(path)}: {name}"
        for path in OURS
        if path.relative_to(ROOT).parts[0] != "igot"
        for name in imported_modules(parsed(path))
        if name.partition(".")[0] == "igot" and not name.startswith("igot.lib")
    ]

    assert taken == []


def test_the_library_imports_nothing_of_ours_but_itself() -> None:
    taken = [
        f"{name_of(path)}: {name}"
        for path in OURS
        if path.is_relative_to(ROOT / "igot" / "lib")
        for name in imported_modules(parsed(path))
        if name.partition(".")[0] in LAYERS and not name.startswith("igot.lib")
    ]

    assert taken == []


def test_a_file_imports_only_the_files_before_it_in_its_app() -> None:
    backwards = []
    for path in OURS:
        app, *inner = path.relative_to(ROOT).with_suffix("").parts
        if not inner or inner[0] not in ORDER:
            continue
        for name in imported_modules(parsed(path)):
            place = place_in_app(name) if name.partition(".")[0] == app else None
            if place is not None and place > ORDER.index(inner[0]):
                backwards.append(f"{name_of(path)}: {name}")

    assert backwards == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name_of(path) for path in OURS if path.stem in VAGUE] == []


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        name_of(path)
        for path in OURS
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(parsed(path))
    ]

    assert silent == []


def test_a_module_fits_a_reader() -> None:
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in OURS}

    assert {name: count for name, count in lines.items() if count > 400} == {}


def test_views_are_short() -> None:
    long = [
        f"{name_of(path)}: {function.name}"
        for path in VIEWS
        for function in functions(parsed(path))
        if (function.end_lineno or 0) - function.lineno + 1 > 30
    ]

    assert long == []


def test_no_view_reads_a_model_past_its_scope() -> None:
    """Views begin with `visible_to` or another named scope of the queryset."""
    reads = r"\.objects\.(?:all|get|filter|exclude|create|update|first)\b|\)\.(?:filter|exclude)\("

    assert offenders(VIEWS, reads) == []


def test_nothing_catches_every_exception() -> None:
    broad = [
        f"{name_of(path)}:{node.lineno}"
        for path in OURS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or ast.unparse(node.type) in {"Exception", "BaseException"})
    ]

    assert broad == []


def test_only_advance_assigns_a_state() -> None:
    assigned = [
        f"{name_of(path)}: {function.name}"
        for path in OURS
        for function in functions(parsed(path))
        if function.name != "_advance"
        for node in ast.walk(function)
        if isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Attribute) and t.attr == "state" for t in node.targets)
    ]

    assert assigned == []


def test_nothing_asks_for_the_date_of_the_machine() -> None:
    assert offenders(OURS, r"\b(?:date\.today|datetime\.now|datetime\.utcnow)\(") == []


def test_templates_carry_no_style_and_no_script_of_their_own() -> None:
    pages = [path for path in TEMPLATES if "pdf" not in path.parts]

    assert offenders(TEMPLATES, r"<[^>]*\sstyle\s*=[^>]*>") == []
    assert offenders(TEMPLATES, r"<[^>]*\son[a-z]+\s*=[^>]*>") == []
    assert offenders(TEMPLATES, r"javascript:") == []
    assert offenders(TEMPLATES, r"<script\b(?![^>]*(?:\ssrc=|\snonce=))[^>]*>") == []
    assert offenders(pages, r"<style\b") == []


def test_templates_escape_everything() -> None:
    assert offenders(TEMPLATES, r"\|\s*safe\b|{%\s*autoescape off|\|\s*safeseq\b") == []


def test_templates_load_nothing_from_another_host() -> None:
    loading = (
        r"<(?:script|img|iframe|source|video|audio|link\b[^>]*stylesheet)\b"
        r"[^>]*(?:src|href)=[\"'](?:https?:)?//[^>]*>"
    )

    assert offenders(TEMPLATES, loading) == []


def test_partials_say_first_what_they_need() -> None:
    partials = [path for path in TEMPLATES if path.name.startswith("_")]

    assert [
        name_of(path)
        for path in partials
        if not path.read_text(encoding="utf-8").lstrip().startswith(("{#", "{% comment"))
    ] == []


def test_messages_are_marked_by_names_that_are_searched_for() -> None:
    marks = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
    marks |= {"pgettext", "pgettext_lazy", "npgettext", "npgettext_lazy"}
    unknown = [
        f"{name_of(path)}: {name.asname}"
        for path in OURS
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if "gettext" in name.name and (name.asname or name.name) not in marks
    ]

    assert unknown == []
