"""Addresses of the app: the claimant's pages under /me/claims/, papers and orders apart."""

from django.urls import path

from reimbursement import views

app_name = "reimbursement"
urlpatterns = [
    path("me/claims/", views.claim_list, name="list"),
    path("me/claims/new/<int:enrollment_id>/", views.claim_start, name="start"),
    path("me/claims/<int:claim_id>/", views.claim_detail, name="detail"),
    path("me/claims/<int:claim_id>/amount/", views.claim_amount, name="amount"),
    path("me/claims/<int:claim_id>/payment/", views.claim_payment, name="payment"),
    path("me/claims/<int:claim_id>/papers/", views.claim_papers, name="papers"),
    path("me/claims/<int:claim_id>/bank/", views.claim_bank, name="bank"),
    path("me/claims/<int:claim_id>/review/", views.claim_review, name="review"),
    path("me/claims/<int:claim_id>/queries/", views.claim_queries, name="queries"),
    path("me/claims/<int:claim_id>/withdraw/", views.claim_withdraw, name="withdraw"),
    path("me/claims/<int:claim_id>/account/", views.claim_account, name="account"),
    path("me/claims/<int:claim_id>/order/", views.order_file, name="order"),
    path("claims/papers/<int:paper_id>/", views.paper_file, name="paper"),
]
