"""Delivery: what was not yet told is planned once, with its bytes, and handed over until each channel took it.

    planning   what a subscriber has not been told → digest → bodies and messages, stored in one transaction
    alerts     the same for what cannot wait for the digest
    sending    messages from the outbox to their channels: claims, retries, dead letters

A plan says what is sent; sending decides nothing. Nothing here polls, and no secret enters a row.
"""

from aggregator.deliver.alerts import plan_alerts
from aggregator.deliver.planning import Means, draft, plan, plan_due
from aggregator.deliver.sending import Outcome, mend, send_due

__all__ = ["Means", "Outcome", "draft", "mend", "plan", "plan_alerts", "plan_due", "send_due"]
