"""Settings: `base` is shared; `embedded` is the default, `production` and `test` are the others."""
