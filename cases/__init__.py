"""The case: its person, its items, the consents that open it, the disclosures made, and the law behind each."""
