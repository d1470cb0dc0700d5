"""The Open311 GeoReport v2 server: the public record and its intake, for standard clients."""
