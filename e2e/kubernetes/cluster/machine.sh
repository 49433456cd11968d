#!/usr/bin/env bash
# First process in the namespaces of a test cluster's machine (see machine.ts): gives it its own network and its own copies of
# the folders that containerd, kubelet and CNI plugins write to, then stays and collects processes whose parents have ended.
set -euo pipefail
folder=$1

hostname node1
# what is written to these folders is seen in here only, and gone with the namespaces
mount -t tmpfs tmpfs /run
for system in /var/lib /var/log /etc; do
  upper="$folder/system$system"
  mkdir -p "$upper/changed" "$upper/work"
  mount -t overlay overlay -o "lowerdir=$system,upperdir=$upper/changed,workdir=$upper/work" "$system"
done
mount --make-rshared /

ip link set lo up
ip link add node0 type bridge
ip addr add 172.31.0.1/24 dev node0
ip link set node0 up
ip route add default via 172.31.0.254
ip netns add outside
ip link add outside0 type veth peer name eth0 netns outside
ip addr add 172.31.1.1/24 dev outside0
ip link set outside0 up
ip -n outside link set lo up
for address in 172.31.1.2/24 172.31.1.3/24 169.254.169.254/32; do ip -n outside addr add "$address" dev eth0; done
ip -n outside link set eth0 up
ip -n outside route add default via 172.31.1.1
ip route add 169.254.169.254/32 via 172.31.1.2
printf "nameserver 10.96.0.10\nsearch cluster.local\n" >/etc/resolv.conf
sysctl -qw net.ipv4.ip_forward=1
[ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || sysctl -qw net.bridge.bridge-nf-call-iptables=1

touch "$folder/machine.ready"
while :; do sleep 3600 & wait $! || true; done
