"""Texts → unit vectors: the model, and the engines that run it."""
