"""The ambassador status: applications with their practice post, mandates, the log of decisions, contests.

``rules`` (moves, grid, scope), ``perimeters`` (who answers for whom) and ``wording`` (what is noticed in a post) are
pure. ``service`` holds the log and the verbs of applications, ``mandates`` those of mandates, ``contests`` and
``organisation`` theirs; ``queries`` and ``desk`` read. None of it is shown to HR or managers.
"""
