"""Ask a folder of articles a question; get the articles' own words back."""

__version__ = "0.1.0"
