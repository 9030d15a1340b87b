"""Addresses of the portal's papers and of the demand for examinations, taken into the app's."""

from django.urls import path

from enrollment.views import exam_demand, papers

paper_urlpatterns = [
    path("me/papers/", papers.paper_list, name="papers"),
    path("me/papers/statement/", papers.statement_draw, name="draw_statement"),
    path("me/papers/<uuid:public_id>.pdf", papers.paper_pdf, name="paper"),
    path("examinations/demand/", exam_demand.demand, name="exam_demand"),
    path("examinations/demand.csv", exam_demand.demand_csv, name="exam_demand_csv"),
    path("examinations/demand.xlsx", exam_demand.demand_xlsx, name="exam_demand_xlsx"),
    path("examinations/letter.pdf", exam_demand.demand_letter, name="exam_demand_letter"),
]
