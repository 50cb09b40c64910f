"""Help and alert: questions to the referent, public questions and answers, and alerts with their captures.

HR sees none of it; the people on duty and the referents do.
"""
