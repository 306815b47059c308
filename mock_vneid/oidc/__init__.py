"""The login of citizens, clean profile: OpenID Connect as specified, with the claims of a VNeID account."""
