"""Days as the host organisation counts them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from models import Opportunity, Organisation, utc_now


def today_at(organisation: Organisation, now: datetime | None = None) -> date:
    """Today's date where the organisation works."""
    return (now or utc_now()).astimezone(ZoneInfo(organisation.time_zone)).date()


def closing_has_passed(opportunity: Opportunity, now: datetime | None = None) -> bool:
    """True once the closing day has ended in the host organisation's time zone."""
    return opportunity.closes_on is not None and today_at(opportunity.organisation, now) > opportunity.closes_on
