#!/bin/sh
# Reproduces ../model.keras, results.json and ../golden.npz: environment, events, training, evaluation.
# Needs Node 20 and the built l1c (`npm ci && npx tsc -p tsconfig.build.json` in the repository), and Python 3.11.
set -eu
cd "$(dirname "$0")"
work=${WORK:-work}
python=${PYTHON:-}
mkdir -p "$work"

if [ -z "$python" ]; then
  [ -x "$work/venv/bin/python" ] || python3.11 -m venv "$work/venv"
  python=$work/venv/bin/python
  "$python" -m pip install --quiet --requirement requirements.txt
fi

generate() { # name events seed muons background [more options]
  name=$1 events=$2 seed=$3 muons=$4 background=$5
  shift 5
  [ -f "$work/$name.npz" ] || node ../../../dist/cli/main.js generate muon --events "$events" --seed "$seed" \
    --muons "$muons" --background "$background" -o "$work/$name.npz" "$@"
}

# To train on: nominal background, four and ten times as much, and muons that bend strongly.
generate train-nominal 16000 11 0:0.1,1:0.6,2:0.3 1
generate train-x4 6000 12 0:0.2,1:0.5,2:0.3 4
generate train-x10 5000 13 0:0.3,1:0.5,2:0.2 10
generate train-low 6000 14 1 1 --pt-max 15
# To evaluate on.
generate muon 20000 21 1 1
generate empty 20000 22 0 1
generate muon-x10 5000 24 1 10
generate empty-x10 5000 23 0 10
# To test the importer on.
generate golden-nominal 16 31 0:0.25,1:0.5,2:0.25 1
generate golden-x10 8 32 0:0.25,1:0.5,2:0.25 10

"$python" train.py --set "$work/train-nominal.npz" 2 --set "$work/train-x4.npz" 3 --set "$work/train-x10.npz" 5 \
  --set "$work/train-low.npz" 1 --out ../model.keras
"$python" evaluate.py ../model.keras results.json \
  "$work/muon.npz" "$work/empty.npz" "$work/muon-x10.npz" "$work/empty-x10.npz"
"$python" golden.py ../model.keras ../golden.npz "$work/golden-nominal.npz" "$work/golden-x10.npz"
