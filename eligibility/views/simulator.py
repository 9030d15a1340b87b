"""The pages of the policy simulator: try, look, download, and save to the draft."""

from tempfile import TemporaryFile
from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import UserRequest, role_required
from accounts.roles import Role
from eligibility import policies, simulator_page, states
from eligibility.actions import what_ifs
from eligibility.simulation import in_time
from eligibility.simulator import Bench, bench_of
from eligibility.switches import digest_of
from igot.lib.dates import civil_today
from igot.lib.errors import Refused
from igot.lib.paging import page_of
from igot.lib.tables import csv_lines, write_xlsx

READERS = (Role.DEALING_HAND, Role.SANCTIONING_AUTHORITY, Role.AUDITOR)


@require_safe
@role_required(*READERS)
@never_cache
def simulator(request: UserRequest, version_id: int) -> HttpResponse:
    """Show what a version, with the changes that the address names, does to whom."""
    return _page(request, bench_of(version_id, request.GET, request.user, today=civil_today()))


@require_POST
@role_required(Role.DEALING_HAND)
def simulator_save(request: UserRequest, version_id: int) -> HttpResponse:
    """Save what was tried to the draft."""
    bench = bench_of(version_id, request.POST, request.user, today=civil_today())
    if bench.what_if.is_valid():
        try:
            what_ifs.save_what_if(
                rulesetversion_id=bench.version.pk,
                switches=bench.what_if.changes,
                audience=bench.what_if.audience,
                seen=request.POST.get("seen", ""),
                acting_user=request.user,
                at=timezone.now(),
            )
        except Refused as refusal:
            bench.what_if.add_error(None, str(refusal))
        else:
            messages.success(request, _("The draft now says what you tried."))
            return redirect("eligibility:simulator", version_id=bench.version.pk)
    return _page(request, bench, status=409)


@require_safe
@role_required(*READERS)
def simulator_officers(request: UserRequest, version_id: int, kind: str) -> HttpResponseBase:
    """Send the officers of the list as a file."""
    bench = bench_of(version_id, request.GET, request.user, today=civil_today())
    if not bench.is_valid:
        return _page(request, bench, status=400)
    with in_time():
        choice = simulator_page.choice_of(request.GET, bench.simulation)
        listed = bench.simulation.whom(choice.effects, choice.places)
    header, lines = simulator_page.header(), simulator_page.lines(bench.simulation, listed)
    name = f"simulation-{bench.version.rule_set.code}-{bench.version.version}.{kind}"
    if kind == "csv":
        answer = StreamingHttpResponse(csv_lines(header, lines), content_type="text/csv")
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    file = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(file, header, lines)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)


def _page(request: UserRequest, bench: Bench, *, status: int = 200) -> HttpResponse:
    step = policies.why_not(states.EDIT_RULES, bench.version, request.user)
    context: dict[str, Any] = {
        "bench": bench,
        "version": bench.version,
        "is_tried": "what_if" in request.GET or status != 200,
        "why_not_save": step,
        "seen": digest_of(bench.version),
        "plain_url": reverse("eligibility:simulator", args=[bench.version.pk]),
    }
    if status == 200 and bench.is_valid:
        try:
            context |= _answer(request, bench)
        except Refused as refusal:
            bench.scope.add_error(None, str(refusal))
    return render(request, "eligibility/simulator.html", context, status=status)


def _answer(request: UserRequest, bench: Bench) -> dict[str, Any]:
    """Simulate, and judge the officers of the present page one by one."""
    with in_time():
        context = simulator_page.results(bench.simulation, request.GET, today=civil_today())
        page = page_of(request, context.pop("listed"))
        cases = [bench.simulation.case(officer) for officer in page]
    return {**context, "page_obj": page, "cases": cases}
