from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """Numbered pages of a bounded size."""

    page_size_query_param = "page_size"
    max_page_size = 500
