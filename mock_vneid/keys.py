"""The keys of one world: new at each start, made when first needed, one for each thing that is signed."""

from functools import cached_property

from mock_vneid.jws import Key


class Keys:
    @cached_property
    def documents(self) -> Key:
        """Signs the documents of the wallet; the only key in its JWKS."""
        return Key()

    @cached_property
    def retired(self) -> Key:
        """Signed documents once; no longer published."""
        return Key()

    @cached_property
    def tokens(self) -> Key:
        """Signs access tokens."""
        return Key()
