# Sourced by the other scripts: goes to the checkout's root and sets PYTHON to a Python that is new enough.
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

PYTHON=
for candidate in .venv/bin/python "${PYTHON_FOR_WUWEI:-}" python3 python3.14 python3.13 python3.12 python3.11 python; do
  if [ -n "$candidate" ] && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    PYTHON=$candidate
    break
  fi
done
if [ -z "$PYTHON" ]; then
  echo "Python 3.11 or newer is needed and was not found. Install it (Debian: apt install python3 python3-venv) and try again." >&2
  exit 1
fi
