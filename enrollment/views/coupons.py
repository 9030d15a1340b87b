"""The officer's coupon: where it stands, and the code, shown once."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables

from accounts.access import UserRequest
from enrollment import pool_facts
from enrollment.actions import coupons
from enrollment.forms.coupons import RevealForm
from enrollment.models import Enrollment
from igot.lib.errors import Refused


@never_cache
@sensitive_variables("issue")
def reveal_coupon(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Show where the coupon stands; by POST, show the code to its officer, once.

    Many come at once when a pool is released: what is read to show the code is what the action has
    read, and the action itself lets nobody but the officer concerned in.
    """
    form, refusal = RevealForm(request.POST or None), ""
    if form.is_valid():
        try:
            issue = coupons.reveal_coupon(
                enrollment_id=enrollment_id, acting_user=request.user, at=timezone.now()
            )
        except Enrollment.DoesNotExist:
            raise Http404 from None
        except Refused as declined:
            refusal = str(declined)  # shown below, to the officer concerned alone
        else:
            return _page(request, issue.enrollment, code=issue.coupon.code, issue=issue, form=form)
    own = Enrollment.objects.with_course().select_related("provider_account").of(request.user)
    enrollment = get_object_or_404(own, pk=enrollment_id)
    standing = pool_facts.coupon_standing(enrollment)
    return _page(request, enrollment, standing=standing, form=form, refusal=refusal)


@sensitive_variables("shown")
def _page(request: UserRequest, enrollment: Enrollment, **shown: Any) -> HttpResponse:
    return TemplateResponse(request, "enrollment/coupon.html", {"enrollment": enrollment, **shown})
