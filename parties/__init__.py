"""Who is in the house: organisations, parties, units, users, memberships and substitutes."""
