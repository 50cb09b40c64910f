"""Completion by name for HR and managers, its figures and exports. Read-only.

The firewall of the house stands here: of training, this room reads the table ``completion`` and the issued
credentials' months, and nothing else. tests/reporting/test_firewall.py looks at each statement it runs.
"""
