"""Institutes, programmes, courses, runs, and the committee decisions that they rest on."""
