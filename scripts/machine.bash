# What the machine has, and how to get what it lacks. Sourced by scripts.

note() { printf '%s\n' "$0: $*" >&2; }
fail() { note "$*"; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

# What a machine must have, or do without when a developer says so by carrying on.
missing() {
    if [[ ${CI:-} == true ]]; then
        fail "$*"
    fi
    note "$*"
}

as_root() {
    if [[ $(id -u) == 0 ]]; then
        "$@"
    elif [[ -t 0 ]]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# install <packages>: Debian and its kin. Fails where there is no apt-get or no way to be root.
install() {
    has apt-get || return 1
    [[ $(id -u) == 0 ]] || has sudo || return 1
    note "installing $*"
    export DEBIAN_FRONTEND=noninteractive
    as_root apt-get install -y --no-install-recommends "$@" >&2 && return
    as_root apt-get update >&2 && as_root apt-get install -y --no-install-recommends "$@" >&2
}

# Where cargo builds, as an absolute path.
target_folder() {
    cargo metadata --no-deps --format-version 1 | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p'
}
