"""Pure algorithms: values in, values and reasons out; no framework, no clock, no hidden chance."""
