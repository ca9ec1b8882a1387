"""The registry as a spreadsheet: written for the secretariat, read back with a preview."""
