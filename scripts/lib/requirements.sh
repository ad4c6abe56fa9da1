# shellcheck shell=bash
# What has to be on the machine before anything can be built; sourced after messages.sh, not run.

readonly SWIFT_MAJOR=6 SWIFT_MINOR=2

# Ends the script unless there is a Swift that understands the package.
require_swift() {
  local hint="Swift $SWIFT_MAJOR.$SWIFT_MINOR or later is needed; get it from https://www.swift.org/install"
  command -v swift >/dev/null || fail "$EX_UNAVAILABLE" "there is no 'swift'. $hint"
  local version
  version=$(swift --version 2>&1) || fail "$EX_UNAVAILABLE" "'swift --version' fails: $version
$hint"
  [[ $version =~ Swift\ version\ ([0-9]+)\.([0-9]+) ]] ||
    fail "$EX_UNAVAILABLE" "'swift --version' says '$version'. $hint"
  local major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
  ((major > SWIFT_MAJOR || (major == SWIFT_MAJOR && minor >= SWIFT_MINOR))) ||
    fail "$EX_UNAVAILABLE" "this is Swift $major.$minor. $hint"
}

# The C compiler that belongs to the toolchain: it looks for headers where the build will.
c_compiler() {
  local beside
  beside=$(dirname "$(readlink -f "$(command -v swift)")")/clang
  if [[ -x $beside ]]; then printf '%s\n' "$beside"; else command -v clang || command -v cc; fi
}

# has_header COMPILER HEADER
has_header() {
  printf '#if !__has_include(<%s>)\n#error missing\n#endif\n' "$2" |
    "$1" -E -x c - >/dev/null 2>&1
}

# can_link COMPILER: whether a program can be made, which takes the C library's own files.
can_link() {
  local program status=0
  program=$(mktemp)
  printf 'int main(void) { return 0; }\n' | "$1" -x c - -o "$program" >/dev/null 2>&1 || status=$?
  rm -f "$program"
  return "$status"
}

# The Debian packages that the build still lacks, one a line.
missing_packages() {
  local compiler
  compiler=$(c_compiler) || fail "$EX_UNAVAILABLE" "the Swift toolchain comes without clang"
  can_link "$compiler" || printf 'g++\n'
  has_header "$compiler" dnnl.h || printf 'libdnnl-dev\n'
  has_header "$compiler" sqlite3.h || printf 'libsqlite3-dev\n'
  has_header "$compiler" pcre2.h || printf 'libpcre2-dev\n'
  has_header "$compiler" zlib.h || printf 'zlib1g-dev\n'
  has_header "$compiler" zstd.h || printf 'libzstd-dev\n'
  has_header "$compiler" libxml2/libxml/HTMLparser.h || printf 'libxml2-dev\n'
  has_header "$compiler" microhttpd.h || printf 'libmicrohttpd-dev\n'
  # libxml2's headers lie in a folder that only its pkg-config file names.
  command -v pkg-config >/dev/null || printf 'pkg-config\n'
}

# Installs the C libraries that are missing, where apt-get can.
require_c_libraries() {
  local missing
  missing=$(missing_packages) || exit
  [[ -n $missing ]] || return 0
  local -a packages
  mapfile -t packages <<<"$missing"
  local what="oneDNN (dnnl.h), SQLite (sqlite3.h), PCRE2 (pcre2.h), zlib (zlib.h), Zstandard (zstd.h) and libxml2 (libxml2/libxml/HTMLparser.h) with their headers, and pkg-config"
  command -v apt-get >/dev/null || fail "$EX_UNAVAILABLE" \
    "the build needs $what. Debian calls what is missing here: ${packages[*]}; install what your system calls them, and start again"
  local -a as_root=()
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "$EX_UNAVAILABLE" \
      "the build needs $what; as root: apt-get install ${packages[*]}"
    as_root=(sudo)
  fi
  say "installing ${packages[*]}"
  if ! apt_install "${packages[@]}"; then
    fail "$EX_UNAVAILABLE" "apt-get could not install ${packages[*]}"
  fi
}

# apt_install PACKAGE...: with the caller's as_root before every command. What apt-get says is shown where it fails.
apt_install() {
  local said status=0
  said=$(mktemp)
  { "${as_root[@]}" apt-get update &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install --yes --no-install-recommends "$@"; } >"$said" 2>&1 || status=$?
  ((status == 0)) || cat "$said" >&2
  rm -f "$said"
  return "$status"
}
