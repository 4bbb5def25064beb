// Check of `pbot-vm doctor`: virtualization in the processor.

import { readFile } from 'node:fs/promises';
import { type Check, type Finding, ok, warning } from './check.js';

/** Whether the processors offer virtualization to this system. */
export function processorCheck(): Check {
  return {
    title: 'CPU virtualization',
    run: async () => judgeProcessors(await readFile('/proc/cpuinfo', 'utf8')),
  };
}

/** Judges /proc/cpuinfo. */
export function judgeProcessors(cpuinfo: string): Finding {
  const flagLines = cpuinfo.split('\n').filter((line) => line.startsWith('flags'));
  const flags = flagLines.map((line) => /\b(vmx|svm)\b/.exec(line)?.[1]);
  const found = flags.find((flag) => flag !== undefined);
  if (found === undefined) {
    return warning(
      'no processor has the flag vmx or svm: without it machines run under emulation, about 10 times slower',
      'Enable virtualization in the BIOS settings: "Intel Virtualization Technology" (VT-x) or "SVM Mode" (AMD-V). Inside a virtual machine, enable nested virtualization on its host.',
    );
  }
  const capable = flags.filter((flag) => flag !== undefined).length;
  return ok(`${capable} of ${flags.length} processors have ${found}`);
}
