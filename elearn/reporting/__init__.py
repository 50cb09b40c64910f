"""Completion by name for HR and managers, its figures and exports; volunteering as a monthly snapshot without names.

The firewall of the house stands here: of training, this room's pages read the table ``completion`` and the issued
credentials' months, and nothing else; of volunteering, the snapshot, which holds what may be shown and no more.
tests/reporting/test_firewall.py looks at each statement they run. The snapshot is the only thing the room writes.
"""
