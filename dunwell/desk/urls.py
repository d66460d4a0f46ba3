"""The addresses of the desk; every one of them stands in the written matrix of the tests."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from dunwell.desk.cases import complaints, disputes, relief, rests, showing
from dunwell.desk.customer import views as customer
from dunwell.desk.hours import views as hours
from dunwell.desk.letter import views as letter
from dunwell.desk.outcome import views as outcome
from dunwell.desk.proof import views as proof
from dunwell.desk.queue import bulk, specialist
from dunwell.desk.queue import views as queue
from dunwell.desk.rights import asking
from dunwell.desk.rights import views as rights
from dunwell.desk.settle import agreements, deferral, hardship, plan, promise
from dunwell.desk.signing_in import own
from dunwell.desk.signing_in import views as signing_in
from dunwell.desk.tables import views as tables
from dunwell.desk.today import views as today

urlpatterns = [
    path("", today.today, name="today"),
    path("plan/<slug:step>/", today.step, name="step"),
    path("hours/", hours.hours, name="hours"),
    path("strategies/", tables.strategies, name="strategies"),
    path("strategies/<slug:name>/dmn/", tables.strategy_file, name="strategy_file"),
    path("queue/", queue.queue, name="queue"),
    path("queue/next/", queue.take_next, name="take_next"),
    path("queue/bulk/", bulk.decide, name="queue_bulk"),
    path("queue/views/", bulk.keep_view, name="view_keep"),
    path("queue/views/<int:view>/delete/", bulk.forget_view, name="view_forget"),
    path("queue/specialist/", specialist.specialist, name="specialist"),
    path("queue/specialist/<int:party>/take/", specialist.take, name="specialist_take"),
    path("customer/<int:party>/", customer.customer, name="customer"),
    path("customer/<int:party>/lights/<slug:channel>/", customer.lights, name="lights"),
    path("customer/<int:party>/reveal/", customer.reveal, name="reveal"),
    path("customer/<int:party>/take/", queue.take, name="take"),
    path("customer/<int:party>/give-back/", queue.give_back, name="give_back"),
    path("customer/<int:party>/attempt/", outcome.attempt, name="attempt"),
    path("customer/<int:party>/proof/", proof.proof, name="proof"),
    path("customer/<int:party>/letter/", letter.letter, name="letter"),
    path("customer/<int:party>/letter/send/", letter.send, name="letter_send"),
    path("customer/<int:party>/promise/", promise.promise, name="promise"),
    path("customer/<int:party>/instalments/", plan.plan, name="plan"),
    path("customer/<int:party>/instalments/preview/", plan.preview, name="plan_preview"),
    path("customer/<int:party>/deferral/", deferral.deferral, name="deferral"),
    path("customer/<int:party>/hardship/", hardship.hardship, name="hardship"),
    path("agreements/", agreements.agreements, name="agreements"),
    path("agreements/<slug:kind>/<int:number>/cancel/", agreements.cancel, name="agreement_cancel"),
    path("cases/", showing.cases, name="cases"),
    path("cases/relief/", relief.reliefs, name="reliefs"),
    path("cases/relief/<int:relief>/", relief.relief, name="relief"),
    path("cases/relief/<int:relief>/decide/", relief.relief_decide, name="relief_decide"),
    path("cases/relief/<int:relief>/answer/", relief.relief_answer, name="relief_answer"),
    path("cases/relief/<int:relief>/addendum/", relief.relief_addendum, name="relief_addendum"),
    path("cases/disputes/", disputes.disputes, name="disputes"),
    path("cases/disputes/<int:hold>/", disputes.dispute, name="dispute"),
    path("cases/disputes/<int:hold>/decide/", disputes.dispute_decide, name="dispute_decide"),
    path("cases/complaints/", complaints.complaints, name="complaints"),
    path("cases/complaints/<int:complaint>/", complaints.complaint, name="complaint"),
    path("cases/complaints/<int:complaint>/step/", complaints.complaint_step, name="complaint_step"),
    path("cases/rests/", rests.rests, name="rests"),
    path("cases/rests/<int:hold>/", rests.rest, name="rest"),
    path("customer/<int:party>/relief/", relief.relief_new, name="relief_new"),
    path("customer/<int:party>/dispute/", disputes.dispute_new, name="dispute_new"),
    path("customer/<int:party>/complaint/", complaints.complaint_new, name="complaint_new"),
    path("contact/<int:contact>/", outcome.outcome, name="outcome"),
    path("contact/<int:contact>/finish/", outcome.finish, name="finish"),
    path("rights/", rights.rights, name="rights"),
    path("rights/add/", asking.add, name="rights_add"),
    path("rights/staff/<str:code>/", rights.person, name="rights_person"),
    path("rights/staff/<str:code>/grant/", asking.grant, name="rights_grant"),
    path("rights/staff/<str:code>/revoke/", asking.revoke, name="rights_revoke"),
    path("rights/staff/<str:code>/move/", asking.move, name="rights_move"),
    path("rights/request/<int:number>/", rights.one_request, name="rights_request"),
    path("rights/request/<int:number>/vote/", asking.vote, name="rights_vote"),
    path("me/", own.me, name="me"),
    path("me/password/", own.password, name="me_password"),
    path("me/factor/", own.factor, name="me_factor"),
    path("sign-in/", signing_in.sign_in, name="login"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("language/", set_language, name="set_language"),
]
handler404 = "dunwell.desk.page.missing"
