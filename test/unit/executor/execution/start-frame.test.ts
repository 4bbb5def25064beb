import { describe, expect, it } from 'vitest';
import { startFrame } from '../../../../services/executor/execution/start-frame.js';
import { program } from './run-scene.js';

const identity = { execution: 1, language: 'c11' };

describe('the frame that starts an execution', () => {
  it('asks for no inspection unless the program does', () => {
    const { body } = startFrame(program, identity);
    expect(body).toMatchObject({ $case: 'start', value: { inspection: undefined } });
  });

  it('asks for an inspection, with an expression that is not too long', () => {
    const inspection = { lastExpression: 'x + 1', mainWasMade: true, usesMacros: false };
    expect(startFrame({ ...program, inspection }, identity).body).toMatchObject({
      value: { inspection },
    });
    const long = { ...inspection, lastExpression: '1+'.repeat(1500) };
    expect(startFrame({ ...program, inspection: long }, identity).body).toMatchObject({
      value: { inspection: { ...inspection, lastExpression: '' } },
    });
  });
});
