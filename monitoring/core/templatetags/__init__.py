"""Tags of the frame that every page stands in; they know no domain."""
