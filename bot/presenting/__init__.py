"""Answers, reports and errors in the forms that people and programs read."""
