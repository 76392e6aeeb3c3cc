"""Pulse meetings and case reviews. The room is laid out so that nothing else moves in; its first wall comes with the meetings issue.

Rule it will keep (R4): a case enters a room only if a ground stands for each ordered pair in it and each kind discussed.
"""
