"""The author's room: contents as published, what checks find, how items are met, contests, previews.

Authors read figures of five responses and more, and never who answered what. What an author decides (voiding an
item) is done by ``assessment``; nothing is written here.
"""
