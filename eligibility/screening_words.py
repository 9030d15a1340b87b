"""The findings of a screening in a few words, for tables of many officers."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

FINDINGS: Final[dict[str, Promise]] = {
    "audience.admitted": _("Service and group: admitted"),
    "audience.referred": _("Service and group: not mentioned, the Department decides"),
    "audience.outside": _("Service and group: not among those admitted"),
    "audience.no_such_group": _("Service and group: the service has no such group"),
    "audience.service_missing": _("Service and group: the service is not on record"),
    "audience.group_missing": _("Service and group: the group is not on record"),
    "service.met.allotment": _("Service: complete, from the year of allotment"),
    "service.met.joining": _("Service: complete, from the year of joining"),
    "service.short.allotment": _("Service: too short, from the year of allotment"),
    "service.short.joining": _("Service: too short, from the year of joining"),
    "service.break": _("Service: with a break, the Department decides"),
    "service.missing.allotment": _("Service: the year of allotment is not on record"),
    "service.missing.joining": _("Service: the date of joining is not on record"),
    "service.missing.both": _("Service: neither allotment nor joining is on record"),
    "age.within": _("Age: within the limit"),
    "age.over": _("Age: over the limit"),
    "age.boundary.within": _("Age: exactly at the limit, read as within it"),
    "age.boundary.over": _("Age: exactly at the limit, read as over it"),
    "age.missing": _("Age: the date of birth is not on record"),
}
