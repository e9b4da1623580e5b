// The options of docker and podman, as far as it must be known whether a value follows. An option of a later version that stands in
// neither list is not guessed at.

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

export interface OptionLists {
  /** Those that stand alone; a value can only follow `=`. */
  readonly flags: ReadonlySet<string>;
  /** Those that take a value, as the next argument or after `=`. Of one letter: as the rest of the argument, too. */
  readonly valued: ReadonlySet<string>;
}

/** Before the command. */
export const globalOptions: Readonly<Record<'docker' | 'podman', OptionLists>> = {
  docker: {
    flags: words('debug D tls tlsverify'),
    valued: words('config context c host H log-level l tlscacert tlscert tlskey'),
  },
  podman: {
    flags: words('noout remote r syslog trace transient-store'),
    valued: words(`
      cdi-spec-dir cgroup-manager config conmon connection c cpu-profile db-backend default-mounts-file events-backend hooks-dir host H
      identity imagestore log-level memory-profile module network-cmd-path network-config-dir out pull-option root runroot runtime
      runtime-flag ssh storage-driver storage-opt tmpdir url volumepath`),
  },
};

/** Of `run`, of both: no name means a flag to the one and a value to the other. */
export const runOptions: OptionLists = {
  flags: words(`
    detach d disable-content-trust env-host http-proxy init interactive i no-healthcheck no-hostname no-hosts oom-kill-disable passwd
    privileged publish-all P quiet q read-only read-only-tmpfs replace rm rmi rootfs sig-proxy tls-verify tty t unsetenv-all
    use-api-socket`),
  valued: words(`
    add-host annotation arch attach a authfile blkio-weight blkio-weight-device cap-add cap-drop cert-dir cgroup-conf cgroup-parent
    cgroupns cgroups chrootdirs cidfile conmon-pidfile cpu-count cpu-percent cpu-period cpu-quota cpu-rt-period cpu-rt-runtime cpu-shares
    c cpus cpuset-cpus cpuset-mems creds decryption-key detach-keys device device-cgroup-rule device-read-bps device-read-iops
    device-write-bps device-write-iops dns dns-opt dns-option dns-search domainname entrypoint env e env-file env-merge expose gidmap
    gpus group-add group-entry health-cmd health-interval health-log-destination health-max-log-count health-max-log-size
    health-on-failure health-retries health-start-interval health-start-period health-startup-cmd health-startup-interval
    health-startup-retries health-startup-success health-startup-timeout health-timeout hooks-dir hostname h hostuser image-volume
    init-ctr init-path io-maxbandwidth io-maxiops ip ip6 ipc isolation kernel-memory label l label-file link link-local-ip log-driver
    log-opt mac-address memory m memory-reservation memory-swap memory-swappiness mount name net net-alias network network-alias
    oom-score-adj os passwd-entry personality pid pidfile pids-limit platform pod pod-id-file preserve-fd preserve-fds publish p pull
    rdt-class requires restart retry retry-delay runtime sdnotify seccomp-policy secret security-opt shm-size shm-size-systemd
    stop-signal stop-timeout storage-opt subgidname subuidname sysctl systemd timeout tmpfs tz uidmap ulimit umask unsetenv user u
    userns uts variant volume v volume-driver volumes-from workdir w`),
};
