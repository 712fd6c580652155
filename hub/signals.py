"""What the hub says has happened, for whoever keeps rows about people and may not be imported here.

Each is sent inside the transaction that did it: a listener that raises undoes the whole.
"""

from __future__ import annotations

from django.dispatch import Signal

# A person gave a record of `since` to the person `to`, with its needs. `decision` is the row that says so.
record_joined = Signal()

# A join was taken apart: the record of `since` is now of `to`, with its needs. `join` is the decision by
# hand that had joined it to `since`, or None if a rule had.
join_undone = Signal()
