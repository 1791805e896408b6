# A user's systemd of its own: $1 is its runtime folder. Says "ready", and ends with its input.
# Mounts and cgroups are those of a namespace of its own, so that nothing of the computer changes.
set -e
mount --make-rprivate /
mkdir -p /run/systemd
mount -t tmpfs none /run/systemd
mkdir -p /run/systemd/system
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p "/sys/fs/cgroup/$2"
echo $$ > "/sys/fs/cgroup/$2/cgroup.procs"
export XDG_RUNTIME_DIR="$1" DBUS_SESSION_BUS_ADDRESS="unix:path=$1/bus"
dbus-daemon --session --address="$DBUS_SESSION_BUS_ADDRESS" --nofork --nopidfile &
bus=$!
/usr/lib/systemd/systemd --user --log-target=null < /dev/null > /dev/null 2>&1 &
manager=$!
until busctl --user status org.freedesktop.systemd1 > /dev/null 2>&1; do kill -0 $manager; done
echo ready
read -r _ || true
kill -9 $manager $bus
for process in $(cat "/sys/fs/cgroup/$2/cgroup.procs"); do
    [ "$process" = $$ ] || kill -9 "$process" || true
done
