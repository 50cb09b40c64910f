"""What is kept about a person: shown to them whole, and erased without a figure moving.

``holdings`` names every table that holds something about somebody; a test fails when one is missing from it.
"""
