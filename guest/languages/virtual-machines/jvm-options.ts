// Options of Java's virtual machine for small programs: it starts fast and takes little memory.

export const jvmOptions = [
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xshare:auto',
  '-Xmx160m',
] as const;
