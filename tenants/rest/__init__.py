"""What every resource of the REST API shares (api.md): a base viewset, errors, lists, retries, limits."""
