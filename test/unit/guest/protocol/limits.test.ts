import { describe, expect, it } from 'vitest';
import {
  type ChannelLimits,
  channelLimitFields,
  channelLimits,
} from '../../../../guest/protocol/limits.js';
import { PhaseLimits } from '../../../../services/gen/pbot/vm/guest/v1/channel.js';

describe('the limits of a phase on the channel', () => {
  it('the limits on the channel are all fields of the message, and no others', () => {
    expect([...channelLimitFields].sort()).toEqual(Object.keys(PhaseLimits.create()).sort());
  });

  it('the limits on the channel have as many bits as the fields of the message', () => {
    const message: ChannelLimits = PhaseLimits.create();
    for (const { field, bits } of Object.values(channelLimits)) {
      expect(typeof message[field]).toBe(bits === 64 ? 'bigint' : 'number');
    }
  });
});
