"""What the real systems show (oidc, wallet, ndxp), and the second door (control)."""
