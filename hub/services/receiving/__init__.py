"""Takes in what a partner sends: one delivery, one transaction, every record accounted for."""

from hub.services.receiving.delivery import receive
from hub.services.receiving.ledger import Progress

__all__ = ["Progress", "receive"]
