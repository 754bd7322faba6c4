# What a script needs from the machine, and how to get it. Sourced by scripts.
#
#   look_for browser node      what of this is missing? As root, it is installed first (or with install_missing=yes)
#   tell_missing               says what is missing, and the one command that installs all of it; with CI=true it fails
#   is_missing browser         was it missing?
#   require patch              looks for it, and fails when it is missing

install_missing=${install_missing:-}
missing=

note() { printf '%s\n' "$0: $*" >&2; }
fail() { note "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }
in_ci() { [[ ${CI:-} == true ]]; }

is_there() {
    case $1 in
    rust) has cargo ;;
    lints) cargo fmt --version && cargo clippy --version ;;
    compiler) has cc ;;
    browser) has chromedriver && { has chromium || has chromium-browser || has google-chrome; } ;;
    python) find_python ;;
    # Node 20 is the first whose test runner has the features that the tests use.
    node) has npm && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' ;;
    *) has "$1" ;;
    esac >/dev/null 2>&1
}

# Prints the name of a Python for which the packages of the lock file are built, and that can make environments.
find_python() {
    local name
    for name in python3 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

describe() {
    case $1 in
    rust) echo "Rust $(sed -n 's/^rust-version = "\([0-9.]*\)".*/\1/p' Cargo.toml) or later, from https://rustup.rs" ;;
    lints) echo "rustfmt and clippy: rustup component add rustfmt clippy" ;;
    compiler) echo "a C compiler: the cryptography is C and assembly inside" ;;
    browser) echo "chromium and chromedriver of one version, for the tests in a browser" ;;
    python) echo "Python 3.11 or later with venv, for Scalekit's Python SDK" ;;
    node) echo "Node 20 or later with npm, for Scalekit's Node SDK: https://nodejs.org/en/download where no package has it" ;;
    *) echo "$1" ;;
    esac
}

# Debian's packages.
packages() {
    case $1 in
    rust | lints) ;;
    compiler) echo gcc libc6-dev ;;
    browser) echo chromium chromium-driver ;;
    python) echo python3 python3-venv ;;
    node) echo nodejs npm ;;
    *) echo "$1" ;;
    esac
}

# Sets `missing` to those of the things that are not there.
list_missing() {
    local thing
    missing=
    for thing in "$@"; do
        is_there "$thing" || missing+=" $thing"
    done
}

is_missing() { [[ "$missing " == *" $1 "* ]]; }

look_for() {
    list_missing "$@"
    if [[ -n $missing ]] && has apt-get && { [[ $(id -u) == 0 ]] || [[ $install_missing == yes ]]; }; then
        install_all
        list_missing "$@"
    fi
}

# What cannot be installed is still missing afterwards, and is reported then.
install_all() {
    local thing
    { apt_install $(all_packages) || { as_root apt-get update >&2 && apt_install $(all_packages); }; } && return
    for thing in $missing; do
        apt_install $(packages "$thing") || true
    done
}

apt_install() {
    [[ $# != 0 ]] || return 0
    note "installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >&2
}

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

# The packages of all that is missing, in one line.
all_packages() {
    local thing all=
    for thing in $missing; do
        all+=" $(packages "$thing")"
    done
    echo $all
}

# The command that installs what is missing; nothing where no package has it.
command_to_install() {
    local all
    all=$(all_packages)
    if [[ -n $all ]]; then
        [[ $(id -u) == 0 ]] || printf 'sudo '
        echo "apt-get install $all"
    fi
}

report_missing() {
    local thing command
    note "missing:"
    for thing in $missing; do
        note "  $(describe "$thing")"
    done
    command=$(command_to_install)
    if [[ -n $command ]]; then
        note "on Debian and Ubuntu, this command installs what is missing: $command"
        if [[ ${0##*/} == test && -z $install_missing ]]; then
            note "scripts/test --install runs it"
        fi
    fi
}

tell_missing() {
    if [[ -n $missing ]]; then
        report_missing
        ! in_ci || exit 1
    fi
}

require() {
    look_for "$@"
    if [[ -n $missing ]]; then
        report_missing
        exit 1
    fi
}

# Where cargo builds, as an absolute path.
target_folder() {
    cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}
