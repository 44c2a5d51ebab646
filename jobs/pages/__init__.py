"""The pages people see, one module a page; account holds the pages of an account.

Only URL configurations import it; the API and the console are its neighbors.
"""
