"""Parts of the settings; ``crm/settings.py`` says which of them hold."""
