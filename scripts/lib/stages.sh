# shellcheck shell=bash
# The stages of a script and the time that each takes; sourced after messages.sh, not run.

stage_names=()
stage_seconds=()
stage_states=()

# stage NAME COMMAND...: runs the command, remembers its time, and returns its status.
stage() {
  local title=$1 begin=$EPOCHREALTIME status=0
  shift
  say "== $title"
  "$@" || status=$?
  local microseconds=$((${EPOCHREALTIME/[.,]/} - ${begin/[.,]/}))
  stage_names+=("$title")
  stage_seconds+=("$(printf '%d.%d' $((microseconds / 1000000)) $((microseconds / 100000 % 10)))")
  if ((status == 0)); then
    stage_states+=("")
  elif ((status == EX_INTERRUPTED)); then
    stage_states+=("interrupted")
  else
    stage_states+=("failed with code $status")
  fi
  return "$status"
}

# skip_stage NAME: a stage that an earlier run has completed.
skip_stage() {
  stage_names+=("$1")
  stage_seconds+=(0.0)
  stage_states+=("was complete")
}

# The table of stages and their sum; nothing when there was none.
stage_table() {
  ((${#stage_names[@]} > 0)) || return 0
  local index tenths=0
  printf '%-34s %8s\n' stage seconds
  for index in "${!stage_names[@]}"; do
    printf '%-34s %8s  %s\n' "${stage_names[index]}" "${stage_seconds[index]}" \
      "${stage_states[index]}" | sed 's/ *$//'
    tenths=$((tenths + 10#${stage_seconds[index]/./}))
  done
  printf '%-34s %8s\n' total "$((tenths / 10)).$((tenths % 10))"
}
