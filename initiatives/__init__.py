"""The insats: what the förbund finance. Who takes part, who pays, its diary, time, obstacles and money.

No row in this room is about a person on sick leave, and no text in it may hold a personal number.
"""
