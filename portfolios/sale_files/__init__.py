"""Files of sales: the columns they may have, whose sales they are, and how they enter the ledger (GAT-18)."""
