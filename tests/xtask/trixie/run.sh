# run.sh ROOT USER REPOSITORY BUILD COMMAND...: runs the command in the system that make.sh made.
#
# There the repository stands, read-only, at /tallystick and its build folder at /build. As root, in a mount namespace of
# its own, so that nothing stays mounted however this ends; the command itself runs as USER (`uid:gid`).
set -eu
PATH=$PATH:/usr/sbin:/sbin
root=$1 user=$2 repository=$3 build=$4
shift 4

mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount --bind -o ro "$repository" "$root/tallystick"
mount --bind "$build" "$root/build"
# Swift finds its own libraries through /proc.
exec chroot --userspec="$user" "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/tmp LC_ALL=C.UTF-8 "$@"
