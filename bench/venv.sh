# To be sourced in the project's folder: sets venv to a Python environment with DuckDB and pyarrow.
venv=target/bench-venv
[ -x "$venv/bin/python" ] || "${PYTHON:-python3}" -m venv "$venv"
"$venv/bin/python" -c 'import duckdb, pyarrow' 2>/dev/null ||
  "$venv/bin/pip" install --quiet --requirement bench/requirements.txt
