"""Fields that the firm defines by itself (campi utente): definitions, catalogue entries, values, import targets."""
