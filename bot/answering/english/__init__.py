"""What knows the language: what a question asks for, names, quantities, noun phrases."""
