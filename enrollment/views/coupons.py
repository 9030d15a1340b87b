"""The officer's coupon: where it stands, and the code, shown once."""

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
@sensitive_variables("code")
def reveal_coupon(request: UserRequest, enrollment_id: int) -> HttpResponse:
    """Show where the coupon stands; by POST, show the code to its officer, once."""
    enrollment = get_object_or_404(
        Enrollment.objects.with_course().visible_to(request.user), pk=enrollment_id
    )
    if enrollment.officer.user_id != request.user.pk:
        raise Http404
    form, code, refusal = RevealForm(request.POST or None), "", ""
    if form.is_valid():
        try:
            code = coupons.reveal_coupon(
                enrollment_id=enrollment.pk, acting_user=request.user, at=timezone.now()
            )
        except Refused as declined:
            refusal = str(declined)
    standing = pool_facts.coupon_standing(enrollment)
    context = {"enrollment": enrollment, "standing": standing, "form": form, "refusal": refusal}
    return TemplateResponse(request, "enrollment/coupon.html", {**context, "code": code})
