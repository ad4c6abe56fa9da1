# shellcheck shell=bash
# What the scripts say, on standard error; sourced, not run.

# Exit codes as in sysexits.h.
readonly EX_USAGE=64
readonly EX_UNAVAILABLE=69
readonly EX_IOERR=74
readonly EX_TEMPFAIL=75
# As a shell says that Ctrl-C ended a command.
readonly EX_INTERRUPTED=130

say() { printf '%s\n' "$*" >&2; }

# fail CODE MESSAGE: ends the script.
fail() {
  local code=$1
  shift
  say "error: $*"
  exit "$code"
}
