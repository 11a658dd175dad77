"""A question → the articles' own words, or the honest word that they do not say."""
