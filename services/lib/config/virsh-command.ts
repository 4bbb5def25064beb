// Commands of virsh as sentences show them, to be copied into a shell.

/** Saves a domain. `uri` is empty where virsh finds the domain without. */
export function snapshotCommand(target: { uri: string; domain: string; snapshot: string }): string {
  const { uri, domain, snapshot } = target;
  return `virsh ${uri === '' ? '' : `-c ${uri} `}snapshot-create-as ${domain} ${snapshot}`;
}
