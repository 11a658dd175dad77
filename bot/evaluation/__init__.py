"""Labelled questions → how well it finds, marks and refuses."""
