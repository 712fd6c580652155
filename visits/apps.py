from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "visits"

    def ready(self) -> None:
        """Goes along with what the hub decides about people."""
        from visits.services import following

        following.listen()
