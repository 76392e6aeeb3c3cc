"""Reports count what happened at the end, from the rows; freeze it; and draw from what is frozen.

Nobody imports this room.
"""
