"""Settings: `base` reads the environment; `development`, `test` and `production` build on it."""
