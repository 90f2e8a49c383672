"""The service: REST, alerts for record systems and the page, over HTTP."""
