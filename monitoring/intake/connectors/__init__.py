"""One folder a kind of source: a pure `parse(raw, url)` each, registered in `intake.apps`."""
