from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from hub.pages import agreements, deliveries

urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", login_not_required(LogoutView.as_view()), name="logout"),
    path("deliveries/", deliveries.index, name="deliveries"),
    path("deliveries/<uuid:public_id>/", deliveries.show, name="delivery"),
    path("rejections/", deliveries.rejections, name="rejections"),
    path("rejections.csv", deliveries.rejections_csv, name="rejections-csv"),
    path("agreements/", agreements.index, name="agreements"),
]
