"""Where ORB's descriptors compare pixels (features2d/src/orb.cpp).

E. Rublee, V. Rabaud, K. Konolige and G. Bradski, "ORB: an efficient alternative to SIFT or SURF", 2011.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator

_LEARNED = (
    "VKWSRPUBCWFPUBZAPAPZOGOTLDLJAACFAKBEXRYWAFFECUEZUUZTJIKNAPBKENGSZHZMKTLZHAJFYAZFRUSOSKXKQGTZFGHLLYMD"
    "AZFXGQIKJPKUDBHYSBTGSHUMONRIWYYARURZPMRRJBLUFIGDRYWZNFOAALFPKLLQHWJEVZXUNWOQUIYDAHCNXUZOHKHZXEZJAVFB"
    "ANFJQQUVSUXGMUOBQDSTPJQDANASAGBZAQCVGZJUTDZVEMGHLINZBSGSQDVAGGJSKLMGPWSCCAIAMTNMSKSPJAJZEHETBDFJXPZK"
    "UZZZGAHSJWKRUMZPGTIOAYBSKULHUFZGAGCBOKZZPHQNJQLAMAOWUOVHOMQZWOZTMEMQAADSUUXZZIZWTQUYSATXPBPQQVRHPTZA"
    "WBXQFRGWCZJHOZPFTEUJPQQLTQYNQKVFUVWQCIHJDYIXIFKZDSENVMZHRHTCDZFURLTULNLZIFIPUHXZEAFFIAILVFWAECENOFOL"
    "UJWOLOMJYHZCBEHRQUUZSSXVNJPVEZIANUPZMPOUSYUEQSTFAJFWIWKKJGKBTSVNGTHZATILODQXROVJLLPAPBZZLANHROWQHDKI"
    "KAMOUSZCRLSGAWEIUOVTUFUTGJGOFYGFATBFPRQWXIZQHIHUVKWFPBPVCLDQBAGECNDISKYVLAMZMFNWACBIDLDYKWLAPKQPEAJN"
    "JTKDJZLGHCJWTKTYAYISYYZTUIZLMZNUJFKLGOHUABFAGLHFFSHEIMJSAUFXOSSAONXAWZXMSFXEMYOAEKHPMDOZAOFDVCXHPAQH"
    "UAZEDDIGDFFARHVSQZVAJPKKSAXBRASMEWJQNQQEBOHOQPRFDDDWVAZZFBHIPPQUXTYFTVVBGXHSKEKWMAMSKGKRFLFQRPZZPIQY"
    "TEYAQMUZYMZRKNKTRCRZPJPODHFOAUCOAZCATNYANMORAQELEVHKAHFLSEVXPUQEMHMMWSYLYKZFQNQSMRNXQHRSANDSSVZYVWWH"
    "UJVBDRDWUQZRWGXLUNZLMHNC"
)
"""The 256 pairs of the paper, for patches of 31 pixels: x and y of either place, a letter each, "N" being 0. They were
measured: single bright and dark pixels around a key point, and which bit of cv2's descriptor each of them sets."""

_MASK = 2**64 - 1


@functools.cache
def places(patch_size: int, together: int) -> list[tuple[int, int]]:
    """The places, x and y from the centre, of all comparisons in a row; 512 of them for pairs."""
    if patch_size == 31:
        numbers = [ord(x) - ord("N") for x in _LEARNED]
        pool = list(zip(numbers[::2], numbers[1::2], strict=True))
    else:
        random, low, high = _numbers(0x34985739), -(patch_size // 2), patch_size // 2 + 1
        pool = [(low + next(random) % (high - low), low + next(random) % (high - low)) for _ in range(512)]
    if together == 2:
        return pool
    random, chosen = _numbers(0x12345678), list[tuple[int, int]]()
    for _ in range(32 * 4):
        tuple_: list[tuple[int, int]] = []
        while len(tuple_) < together:
            place = pool[next(random) % len(pool)]
            if place not in tuple_:
                tuple_.append(place)
        chosen += tuple_
    return chosen


def _numbers(seed: int) -> Iterator[int]:
    """OpenCV's ``RNG``: multiply with carry."""
    state = seed
    while True:
        state = ((state & 0xFFFFFFFF) * 4164903690 + (state >> 32)) & _MASK
        yield state & 0xFFFFFFFF
