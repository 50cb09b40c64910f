"""The administrator's page of a certificate: found by its number or by its holder, read, withdrawn. Pages of
`credentials`."""
