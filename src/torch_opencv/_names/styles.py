"""The names of the styles that need no file of one's own; apart from the styles, so that no network is imported."""

from typing import Final

NAMES: Final = ("starry-night", "great-wave", "composition-vii", "the-scream", "the-shipwreck")
"""Our own, which are part of the package."""
TEXTURE_NETWORKS: Final = ("texturenet-starry", "texturenet-pollock")
"""Those of the original demo, which are fetched when first used."""
