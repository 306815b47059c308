"""Results an office issues: signed, kept in the archive, revocable."""
