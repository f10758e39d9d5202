"""Help for users, inside the product: one short page for each main task, in the reader's language."""
