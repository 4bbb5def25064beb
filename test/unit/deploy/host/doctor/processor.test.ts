import { describe, expect, it } from 'vitest';
import { judgeProcessors } from '../../../../../deploy/host/doctor/processor.js';

describe('the check of the processors', () => {
  it('the check of the processors counts the processors that have the flag of Intel', () => {
    const cpuinfo = `${processor('fpu vme vmx est')}${processor('fpu vme vmx est')}`;
    expect(judgeProcessors(cpuinfo)).toEqual({ level: 'ok', detail: '2 of 2 processors have vmx' });
  });

  it('the check of the processors knows the flag of AMD', () => {
    const detail = '1 of 1 processors have svm';
    expect(judgeProcessors(processor('lahf_lm cmp_legacy svm'))).toEqual({ level: 'ok', detail });
  });

  it('the check of the processors does not mistake the flags of VMX or a longer word for it', () => {
    const cpuinfo = `${processor('fpu svm_lock xvmx')}vmx flags\t: vnmi preemption_timer\n`;
    expect(judgeProcessors(cpuinfo).level).toBe('warning');
  });

  it('the check of the processors only warns where no processor has it, and names the settings of the BIOS', () => {
    expect(judgeProcessors(processor('fpu vme'))).toMatchObject({
      level: 'warning',
      fix: expect.stringContaining('BIOS'),
    });
  });
});

function processor(flags: string): string {
  return `processor\t: 0\nmodel name\t: AMD EPYC\nflags\t\t: ${flags}\nbogomips\t: 5192.28\n\n`;
}
