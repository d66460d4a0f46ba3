"""The addresses of the desk; every one of them stands in the written matrix of the tests."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from dunwell.desk.customer import views as customer
from dunwell.desk.outcome import views as outcome
from dunwell.desk.queue import views as queue
from dunwell.desk.signing_in import views as signing_in
from dunwell.desk.today import views as today

urlpatterns = [
    path("", today.today, name="today"),
    path("plan/<slug:step>/", today.step, name="step"),
    path("queue/", queue.queue, name="queue"),
    path("queue/next/", queue.take_next, name="take_next"),
    path("customer/<int:party>/", customer.customer, name="customer"),
    path("customer/<int:party>/lights/<slug:channel>/", customer.lights, name="lights"),
    path("customer/<int:party>/reveal/", customer.reveal, name="reveal"),
    path("customer/<int:party>/take/", queue.take, name="take"),
    path("customer/<int:party>/give-back/", queue.give_back, name="give_back"),
    path("customer/<int:party>/attempt/", outcome.attempt, name="attempt"),
    path("contact/<int:contact>/", outcome.outcome, name="outcome"),
    path("contact/<int:contact>/finish/", outcome.finish, name="finish"),
    path("sign-in/", signing_in.sign_in, name="login"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("language/", set_language, name="set_language"),
]
handler404 = "dunwell.desk.page.missing"
