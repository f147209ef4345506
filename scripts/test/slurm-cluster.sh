#!/usr/bin/env bash
# A SLURM of our own on this machine, for tests: without systemd, control groups and accounting; nothing outside FOLDER is touched.
# As root on Debian, which lacks nothing but the packages slurmctld, slurmd, slurm-client and munge.
#   scripts/test/slurm-cluster.sh start FOLDER     then: . FOLDER/env.sh; sbatch …
#   scripts/test/slurm-cluster.sh stop FOLDER      ends the jobs and the daemons and removes the folder
# It has a partition main, whose jobs are queued again where those of the partition urgent need the cores. CPUS (default 4) are the
# cores that it claims to have. Exit code 3 if it cannot be here, with a word.
set -euo pipefail

cannot() {
  echo "no SLURM here: $1" >&2
  exit 3
}

if [[ $# -ne 2 || ! $1 =~ ^(start|stop)$ ]]; then
  sed -n '2,7s/^# \{0,1\}//p' "$0" >&2
  exit 2
fi
mkdir -p "$2"
folder=$(cd "$2" && pwd -P)
export SLURM_CONF=$folder/slurm.conf

# The process of a daemon by its file, if it lives.
process() {
  local id
  id=$(cat "$folder/$1.pid" 2>/dev/null) && [[ -d /proc/$id && $(tr '\0' ' ' <"/proc/$id/cmdline") == *"${1%%-*}"* ]] && echo "$id"
}

stop() {
  [[ -f $SLURM_CONF ]] || return 0
  timeout 10 scancel --full --user="$(id -un)" 2>/dev/null || true
  for _ in {1..40}; do
    [[ -z $(timeout 5 squeue -h -t R,CG 2>/dev/null) ]] && break
    sleep 0.25
  done
  local daemon id
  for daemon in slurmd slurmctld munged; do
    if id=$(process "$daemon"); then
      kill "$id"
      for _ in {1..50}; do [[ -d /proc/$id ]] || break; sleep 0.1; done
      kill -9 "$id" 2>/dev/null || true
    fi
  done
  rm -rf "$folder"
}

if [[ $1 == stop ]]; then
  stop
  exit 0
fi

[[ $(id -u) -eq 0 ]] || cannot "its daemons need root"
for tool in slurmctld slurmd sbatch munged; do
  PATH=$PATH:/usr/sbin:/sbin command -v "$tool" >/dev/null || cannot "$tool is missing (on Debian: apt-get install slurmctld slurmd slurm-client munge)"
done
PATH=$PATH:/usr/sbin:/sbin
host=$(hostname -s)
port=$((21000 + $$ % 4000 * 10))
chmod 755 "$folder"
mkdir -p "$folder"/{state,spool,log}
(umask 077 && head -c 128 /dev/urandom >"$folder/munge.key")
munged --socket="$folder/munge.socket" --key-file="$folder/munge.key" --pid-file="$folder/munged.pid" \
  --log-file="$folder/log/munged.log" --seed-file="$folder/munge.seed" --num-threads=2 >/dev/null 2>&1 || cannot "munged does not start"
cat >"$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
SlurmdParameters=config_overrides
ReturnToService=2
KillWait=10
MinJobAge=86400
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
NodeName=node NodeHostname=$host NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=${CPUS:-4} RealMemory=$(awk '/^MemTotal/ {print int($2 / 1280)}' /proc/meminfo)
PartitionName=main Nodes=node Default=YES MaxTime=INFINITE PriorityTier=1
PartitionName=urgent Nodes=node MaxTime=INFINITE PriorityTier=9 PreemptMode=OFF
CONF
slurmctld
slurmd -N node
printf 'export SLURM_CONF=%q\n' "$SLURM_CONF" >"$folder/env.sh"
for _ in {1..100}; do
  if [[ -n $(timeout 3 sinfo -h -p main -t idle 2>/dev/null) ]]; then
    # Where a container forbids what its daemons do, they come up and no job ends.
    if timeout 60 sbatch --wait --ntasks=1 --output=/dev/null --wrap true >/dev/null 2>&1; then exit 0; fi
    tail -n 5 "$folder"/log/*.log >&2
    stop
    cannot "a job does not end well"
  fi
  sleep 0.2
done
tail -n 5 "$folder"/log/*.log >&2
stop
cannot "it does not come up"
