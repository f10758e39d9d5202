"""Lists that belong to one client: years with their quantities, filings, services, policies."""
