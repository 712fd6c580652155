from django.apps import AppConfig


class HubConfig(AppConfig):
    name = "hub"

    def ready(self) -> None:
        """Registers the checks, and has every person who is fetched for a viewer told to the audit."""
        from hub import audit, checks  # noqa: F401
