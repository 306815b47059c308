"""The keys of one world: new at each start, made when first needed, one for each thing that is signed."""

from functools import cached_property

from mock_vneid.jws import Key


class Keys:
    def __init__(self) -> None:
        self.before: Key | None = None  # signed documents until the last rotation, and is published still

    @cached_property
    def documents(self) -> Key:
        """Signs the documents of the wallet; the only key in its JWKS until they are rotated."""
        return Key()

    def rotate(self) -> None:
        """Documents are signed by a new key from now on; the one before is published still, the one before that not."""
        self.before = self.documents
        del self.documents

    def published(self) -> list[Key]:
        """What verifies documents, the present key first."""
        return [self.documents] if self.before is None else [self.documents, self.before]

    @cached_property
    def retired(self) -> Key:
        """Signed documents once; no longer published."""
        return Key()

    @cached_property
    def tokens(self) -> Key:
        """Signs access tokens."""
        return Key()

    @cached_property
    def staff(self) -> Key:
        """Signs the tokens of officers, who have a provider of their own."""
        return Key()
