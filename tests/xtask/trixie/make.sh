# make.sh ROOT PACKAGE...: makes a Debian 13 with these packages in the folder ROOT.
#
# As root, in a mount namespace of its own, so that nothing stays mounted however this ends.
set -eu
PATH=$PATH:/usr/sbin:/sbin
root=$1
shift

# The mirror and the proxy of this machine; where it names none, debootstrap knows a mirror itself.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' 'Origin: Debian' |
    awk '$1 ~ /^http/ && $2 !~ /-/ { print $1; exit }')
eval "$(apt-config shell http_proxy Acquire::http::Proxy)"
if [ -n "${http_proxy:-}" ]; then export http_proxy; fi

debootstrap --variant=minbase trixie "$root" ${mirror:+"$mirror"}
mount -t proc proc "$root/proc"
cp --dereference /etc/resolv.conf "$root/etc/resolv.conf"
apt-config dump --format '%F "%v";%n' Acquire::http Acquire::https >"$root/etc/apt/apt.conf.d/80host"

inside() {
    chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"
}
inside apt-get --quiet --option=Acquire::Retries=3 install --yes --no-install-recommends "$@"
inside apt-get clean
# Where run.sh mounts the repository and its build folder.
mkdir "$root/tallystick" "$root/build"
