"""The verbs of the room. Keyword-only, `by=` a membership, one transaction with the ledger's row, under the case's lock."""
