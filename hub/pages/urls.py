from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import path

from hub.pages import agencies, agreements, deliveries, emergency, intake, placing, suspensions

urlpatterns = [
    path("login/", LoginView.as_view(), name="login"),
    path("logout/", login_not_required(LogoutView.as_view()), name="logout"),
    path("deliveries/", deliveries.index, name="deliveries"),
    path("deliveries/new/", intake.upload, name="upload"),
    path("deliveries/<uuid:public_id>/", deliveries.show, name="delivery"),
    path("deliveries/<uuid:public_id>/decide/", intake.decide, name="delivery-decide"),
    path("deliveries/<uuid:public_id>/progress/", intake.progress, name="delivery-progress"),
    path("deliveries/<uuid:public_id>/columns/", intake.mapping, name="delivery-mapping"),
    path("suspensions/<int:number>/", suspensions.act, name="suspension"),
    path("feeds/", intake.feeds, name="feeds"),
    path("feeds/new/", intake.new_feed, name="feed-new"),
    path("rejections/", deliveries.rejections, name="rejections"),
    path("rejections/<int:number>/settle/", deliveries.settle, name="rejection-settle"),
    path("placing/", placing.index, name="placing"),
    path("placing/done/", placing.placed, name="placed"),
    path("placing/<uuid:public_id>/", placing.show, name="place-person"),
    path("placing/<uuid:public_id>/take-back/", placing.take_back, name="take-back-placing"),
    path("agreements/", agreements.index, name="agreements"),
    path("agreements/new/", agreements.new, name="agreement-new"),
    path("agreements/<slug:reference>/", agreements.show, name="agreement"),
    path("agreements/<slug:reference>/amend/", agreements.amend, name="agreement-amend"),
    path("agreements/<slug:reference>/sign/", agreements.sign, name="agreement-sign"),
    path("agreements/<slug:reference>/end/", agreements.end, name="agreement-end"),
    path("emergency/", emergency.open_record, name="emergency"),
    path("emergencies/<uuid:public_id>/", emergency.review, name="emergency-review"),
    path("delegations/", agencies.delegations, name="delegations"),
    path("delegations/new/", agencies.new_delegation, name="delegation-new"),
    path("delegations/<int:number>/end/", agencies.end_delegation, name="delegation-end"),
    path("agencies/", agencies.index, name="agencies"),
    path("agencies/new/", agencies.new_agency, name="agency-new"),
    path("agencies/<slug:code>/change/", agencies.change_agency, name="agency-change"),
    path("new-area/", agencies.new_area, name="area-new"),
    path("areas/<slug:code>/change/", agencies.change_area, name="area-change"),
    path("new-task/", agencies.new_skill, name="skill-new"),
]
