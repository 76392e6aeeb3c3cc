"""The ledger in the hall: every deed and every reading about a person leaves one row. Nobody rewrites a row.

The room knows nobody: rows hold plain values, never foreign keys, and nothing in the house is decided from them.
"""
