#!/usr/bin/env bash
# Builds the keeper's static binaries for x86-64 and aarch64, byte for byte the same anywhere with the same packages.
#
#     build.sh DIR           into DIR, with keeper.txt, which records compilers, lengths and hashes
#     build.sh --check       compares a new build with the committed one (also without an argument)
#     build.sh --compilers   what this machine would build with, as keeper.txt records it
#     build.sh --sources     the sources in the order of their layers, which is that of keeper.h
#
# Needs musl-tools, gcc-aarch64-linux-gnu and binutils; musl-dev of arm64 is downloaded by apt-get
# (dpkg --add-architecture arm64; apt-get update), unpacked and not installed.
set -Eeuo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
committed=$here/../resources/io/workersupervisor/internal/launch/keeper
names=(keeper-linux-x86_64 keeper-linux-aarch64)
mapfile -t sources < <(sed -n 's|^/\* \([a-z]*\.c\): .*|\1|p' "$here/keeper.h") # the bytes depend on their order

# 64 KiB pages: a binary for aarch64 that is aligned to 4 KiB does not load on a kernel with larger ones.
flags=(-std=gnu11 -Os -Wall -Wextra -Wconversion -Wmissing-prototypes -Werror -fstack-protector-strong
    -ffunction-sections -fdata-sections -static -s -Wl,--gc-sections,--build-id=none)
flags_arm64=("${flags[@]}" -Wl,-z,max-page-size=65536)

first_line() { "$@" 2>/dev/null | sed -n 1p; }

compilers() {
    echo "# x86_64: $(first_line gcc --version); $(first_line ld --version);" \
        "musl-dev $(dpkg-query -W -f '${Version}' musl-dev)"
    echo "# aarch64: $(first_line aarch64-linux-gnu-gcc --version); $(first_line aarch64-linux-gnu-ld --version);" \
        "musl-dev $(apt-cache policy musl-dev:arm64 | sed -n 's/^ *Candidate: //p')"
}

# build_arm64 OUTPUT UNPACKED: the wrapper musl-gcc exists for the machine's own architecture alone.
build_arm64() {
    local gcc=aarch64-linux-gnu-gcc lib=$2/usr/lib/aarch64-linux-musl libgcc
    libgcc=$($gcc -print-libgcc-file-name)
    $gcc "${flags_arm64[@]}" -nostdinc -isystem "$2/usr/include/aarch64-linux-musl" \
        -isystem "$($gcc -print-file-name=include)" -nostdlib -o "$1" \
        "$lib/crt1.o" "$lib/crti.o" "${sources[@]}" "$lib/libc.a" "$libgcc" "$lib/libc.a" "$lib/crtn.o"
}

# build DIRECTORY, an absolute one
build() {
    local name
    mkdir "$temporary/musl"
    (cd "$temporary/musl" && apt-get download -qq -o APT::Sandbox::User=root musl-dev:arm64 && dpkg-deb -x musl-dev_*_arm64.deb .)
    cd "$here" # the compiler sees no path of ours
    musl-gcc "${flags[@]}" -o "$1/${names[0]}" "${sources[@]}"
    build_arm64 "$1/${names[1]}" "$temporary/musl"
    {
        echo "# Static binaries of the C sources in worker-core/src/main/c, made by build.sh there. Name, length, SHA-256."
        compilers
        for name in "${names[@]}"; do
            echo "$name $(stat -c %s "$1/$name") $(sha256sum <"$1/$name" | cut -d ' ' -f 1)"
        done
    } >"$1/keeper.txt"
}

check() {
    local file failed=0
    mkdir "$temporary/new"
    build "$temporary/new"
    for file in "${names[@]}" keeper.txt; do
        cmp "$temporary/new/$file" "$committed/$file" || failed=1
    done
    compilers
    if [ $failed -ne 0 ]; then
        echo "The committed binaries are not what the sources become here. Recorded for them:"
        grep '^#' "$committed/keeper.txt" || true
        return 1
    fi
    echo "The committed binaries are what the sources become here, byte for byte"
}

temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
case ${1:---check} in
--check) check ;;
--compilers) compilers ;;
--sources) printf '%s\n' "${sources[@]}" ;;
-*) sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 64 ;;
*)
    mkdir -p "$1"
    directory=$(cd "$1" && pwd)
    build "$directory"
    cat "$directory/keeper.txt"
    ;;
esac
