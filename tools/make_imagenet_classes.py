"""Make src/torch_opencv/vision/classify/imagenet_classes.txt: the 1,000 classes of ILSVRC-2012 in the networks' order.

    python tools/make_imagenet_classes.py SYNSET_T7 WNIDS > src/torch_opencv/vision/classify/imagenet_classes.txt

SYNSET_T7 is the original demo's synset.t7 (`torch-opencv models path imagenet-synset`), an ascii Torch7 file with the
labels. WNIDS is a file with one WordNet id a line in class order; timm's data/_info/imagenet_synsets.txt is one.
The classes are ordered by id, which is checked here; that labels and ids belong together was checked against timm's
imagenet_synset_to_lemma.txt (all 1,000 agree).
"""

import re
import sys
from pathlib import Path

labels_file, wnids_file = (Path(argument).read_text("ascii") for argument in sys.argv[1:])
wnids = wnids_file.split()
# Each entry of the table is: number tag, index, string tag, length, text.
entries = re.findall(r"^1\n(\d+)\n2\n(\d+)\n(.*)$", labels_file, re.MULTILINE)
labels = [label for _, _, label in entries]
assert [int(index) for index, _, _ in entries] == list(range(1, 1001))
assert all(int(length) == len(label) for _, length, label in entries)
assert len(wnids) == 1000 and wnids == sorted(set(wnids))

print("# The 1,000 classes of ILSVRC-2012 in class order (sorted by WordNet id): id, label.")
print("# Made by tools/make_imagenet_classes.py.")
for wnid, label in zip(wnids, labels, strict=True):
    print(wnid, label)
