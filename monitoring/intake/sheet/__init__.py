"""Tables brought by people: mapped, looked at row by row, written all or nothing."""
