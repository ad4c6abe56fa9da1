# shellcheck shell=bash
# The stages from text to a core and its report; sourced after messages.sh, requirements.sh and
# stages.sh, not run.
#
# Everything lies in the current folder, which is the folder of the run: tokenizer.json, then base, mid,
# tuned and reinforced, a folder for each stage, arms with the compared rewards, and the report. commands.txt holds every command that was
# started, a line each; a stage that is complete is not done again, and one that was interrupted goes on
# from its checkpoint. Needs in variables:
#   texts             files to train on (array)
#   seed              of every random draw
#   depth             layers
#   pretrain_tokens   tokens of pretraining
#   midtrain_tokens   tokens of midtraining
#   finetune_tokens   tokens of finetuning
#   reinforce_steps   steps of reinforcement
#   arm_steps         steps of every arm of the comparison of rewards
#   arm_seeds         seeds of every arm
#   full_evaluation   options of the evaluations that the report rests on (array)

# The name with which the commands are shown; its path is set by prepare_program.
program=circadian
circadian() { "$program" "$@"; }

is_interrupted=false

# Ctrl-C goes to the command that runs, which stops where it can go on; then the script ends.
handle_interrupts() {
  trap 'is_interrupted=true' INT
  trap stage_table EXIT
}

# ended STATUS NAME: ends the script if that stage failed or was interrupted.
ended() {
  if $is_interrupted || (($1 == EX_INTERRUPTED)); then
    say "interrupted in '$2'; the same command goes on from there"
    exit "$EX_INTERRUPTED"
  fi
  (($1 == 0)) || fail "$1" "'$2' failed; the same command goes on from there"
}

# required_stage NAME COMMAND...: a stage without which there is no next.
required_stage() {
  local status=0
  ended 0 "$1"
  stage "$@" || status=$?
  ended "$status" "$1"
}

# once NAME COMMAND... -- FILE...: a stage whose files are there is complete; one of another command is
# not mixed with this one.
once() {
  local name=$1 line recorded file is_complete=true
  local -a command=()
  shift
  while [[ $1 != -- ]]; do
    command+=("$1")
    shift
  done
  shift
  printf -v line '%q ' "${command[@]}"
  line="$name: ${line% }"
  if recorded=$(grep -m 1 -F "$name: " commands.txt 2>/dev/null); then
    [[ $recorded == "$line" ]] || fail "$EX_USAGE" "$PWD holds another run; choose another --out
  there: ${recorded#*: }
  now:   ${line#*: }"
  else
    printf '%s\n' "$line" >>commands.txt || fail "$EX_IOERR" "$PWD/commands.txt cannot be written"
  fi
  for file in "$@"; do [[ -e $file ]] || is_complete=false; done
  if $is_complete; then skip_stage "$name"; else required_stage "$name" "${command[@]}"; fi
}

# evaluate FOLDER OPTION...
evaluate() {
  local folder=$1
  shift
  once "evaluate $folder" circadian evaluate --model "$folder" --seed "$seed" "$@" \
    --out "$folder/evaluation.json" -- "$folder/evaluation.json"
}

# trained FOLDER: the files of a complete stage, one a line; the summary is written last.
trained() {
  printf '%s\n' "$1"/{stage.json,config.json,model.safetensors,tokenizer.json}
}

# train_core: all stages and the report.
train_core() {
  local -a base mid tuned reinforced
  mapfile -t base < <(trained base)
  mapfile -t mid < <(trained mid)
  mapfile -t tuned < <(trained tuned)
  mapfile -t reinforced < <(trained reinforced)
  # The texts that the nights of individuals need belong to a core as well.
  base+=(base/neutral/{keep,held-out}.txt)
  mid+=(mid/neutral/{keep,held-out}.txt)
  tuned+=(tuned/neutral/{keep,held-out}.txt)

  # 4096 for text, 8 for the marks of a conversation.
  once tokenizer circadian tokenizer train --vocabulary 4104 --out tokenizer.json "${texts[@]}" \
    -- tokenizer.json
  once pretrain circadian pretrain --depth "$depth" --context 512 --batch 16 \
    --tokens "$pretrain_tokens" --seed "$seed" --tokenizer tokenizer.json --out base "${texts[@]}" -- "${base[@]}"
  # A look is enough at a core that has only read; from then on each stage is compared with the one before.
  evaluate base --quick
  once midtrain circadian midtrain --model base --out mid --tokens "$midtrain_tokens" \
    --seed "$seed" "${texts[@]}" -- "${mid[@]}"
  evaluate mid "${full_evaluation[@]}"
  once finetune circadian finetune --model mid --out tuned --tokens "$finetune_tokens" \
    --seed "$seed" "${texts[@]}" -- "${tuned[@]}"
  evaluate tuned "${full_evaluation[@]}"
  once reinforce circadian reinforce --model tuned --out reinforced --task arithmetic \
    --reward outcome --algorithm grpo --steps "$reinforce_steps" --seed "$seed" \
    -- "${reinforced[@]}"
  evaluate reinforced "${full_evaluation[@]}"
  once compare-rewards circadian compare-rewards --model tuned --out . --task arithmetic \
    --steps "$arm_steps" --seeds "$arm_seeds" --seed "$seed" -- reinforcement.json
  required_stage report circadian report .
}

# prepare_program ROOT: the C libraries and the build, unless CIRCADIAN_PROGRAM names a built program.
prepare_program() {
  if [[ -n ${CIRCADIAN_PROGRAM-} ]]; then
    program=$(realpath -e -- "$CIRCADIAN_PROGRAM") ||
      fail "$EX_USAGE" "CIRCADIAN_PROGRAM: there is no $CIRCADIAN_PROGRAM"
    return
  fi
  require_swift
  required_stage "C libraries" require_c_libraries
  required_stage "build" build_program "$1"
  program=$(swift build --package-path "$1" -c release --show-bin-path)/circadian
}

build_program() { swift build --package-path "$1" -c release --product circadian >&2; }

# find_texts FILE|FOLDER...: sets texts to the files and to the .txt files of the folders, as full paths.
find_texts() {
  local place resolved found
  texts=()
  for place in "$@"; do
    resolved=$(realpath -e -- "$place" 2>/dev/null) || fail "$EX_IOERR" "$place: there is no such file"
    if [[ -d $resolved ]]; then
      # In the same order on every machine, so that the same books give the same core.
      found=$(find "$resolved" -name '*.txt' -type f | LC_ALL=C sort)
      [[ -n $found ]] || fail "$EX_USAGE" "$place: holds no .txt file"
      mapfile -t -O "${#texts[@]}" texts <<<"$found"
    else
      texts+=("$resolved")
    fi
  done
}

# enter FOLDER: makes the folder of the run, which one script at a time may use, and goes there.
enter() {
  { mkdir -p -- "$1" && cd -- "$1"; } || fail "$EX_IOERR" "$1 cannot be made"
  command -v flock >/dev/null || return 0
  # The lock goes with the script, however it ends.
  { exec {lock}>.lock; } 2>/dev/null || fail "$EX_IOERR" "$PWD cannot be written"
  flock --nonblock "$lock" || fail "$EX_TEMPFAIL" "$PWD is in use by another run of this script"
}
