# shellcheck shell=bash
# What scripts that compare ways of training share; sourced after messages.sh, not run.

# slice MOST HELD_OUT TRAINING TEXT...: of every text the first lines, at most MOST, go to the file
# TRAINING, and the HELD_OUT lines behind them to held-out.txt, which is complete when it is there.
slice() {
  local most=$1 held_out=$2 training=$3 text lines count
  shift 3
  : >"$training" && : >held-out.part || fail "$EX_IOERR" "$PWD cannot be written"
  for text in "$@"; do
    lines=$(wc -l <"$text")
    count=$((lines - held_out < most ? lines - held_out : most))
    ((count > 0)) || fail "$EX_USAGE" "$text: $lines lines are too few, expected more than $held_out"
    LC_ALL=C sed -n "1,${count}p" "$text" >>"$training"
    LC_ALL=C sed -n "$((count + 1)),$((count + held_out))p" "$text" >>held-out.part
  done
  mv -- held-out.part held-out.txt
}

# quietly COMMAND...: with what it reports among the messages, so that the table is the only output.
quietly() { "$@" >&2; }

# number NAME FILE: the number that stands under NAME in a JSON file.
number() {
  LC_ALL=C sed -n "s/.*\"$1\" *: *\([0-9.eE+-]*\).*/\1/p" -- "$2" | head -n 1
}

# spread: of the numbers on standard input, one a line: mean, standard deviation, and all of them.
spread() {
  LC_ALL=C awk '{ all = all " " sprintf("%.4f", $1); sum += $1; squares += $1 * $1; count += 1 }
    END {
      if (!count) exit 1
      mean = sum / count
      variance = count > 1 ? (squares - count * mean * mean) / (count - 1) : 0
      printf "%.4f  %.4f  %s\n", mean, sqrt(variance > 0 ? variance : 0), substr(all, 2)
    }'
}
