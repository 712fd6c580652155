"""A token for programs, in exchange for a user name and password."""

from __future__ import annotations

from rest_framework.authtoken.views import ObtainAuthToken
from rest_framework.permissions import AllowAny


class TokenView(ObtainAuthToken):
    """Gives the caller's token. Wrong passwords count towards the same lock-out as at the log-in page."""

    permission_classes = [AllowAny]
