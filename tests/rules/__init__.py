"""The decided rules, one test each and by number (domain/rules.md): the short proof; the rooms' own tests go further.

R2 (addressing without looking up), R4 (rooms of a meeting) and R12 (the national follow-up's own file) are rules of
rooms that are not built: their tests come with them, and `test_the_rules_without_a_room_have_no_door` fails on that day.
"""
