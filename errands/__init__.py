"""What is to be done later or kept for someone: jobs, notices, drafts, files. Keys only; no words of the trade."""
