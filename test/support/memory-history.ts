// What PBot's users leave, kept in memory.

import type { PbotFile } from '../../services/pbot/execution-port.js';
import type { Buffer, History } from '../../services/pbot/history/history.js';
import { RememberedCode } from '../../services/pbot/history/remembered-code.js';
import { PersistentExecution } from '../../services/pbot/persist/persistent-execution.js';
import type { StateStore } from '../../services/pbot/persist/state-store.js';

export function memoryHistory(): History {
  const kept = new Map<string, readonly string[]>();
  const key = ({ owner, name, language }: Buffer) => [owner, name.toLowerCase(), language].join();
  return {
    entries: (buffer) => Promise.resolve(kept.get(key(buffer)) ?? []),
    change: (buffer, { drop, store }) => {
      const left = (kept.get(key(buffer)) ?? []).slice(drop);
      kept.set(key(buffer), [...store.toReversed(), ...left]);
      return Promise.resolve();
    },
  };
}

/** Codes that are remembered as long as the test runs. */
export function memoryCodes(): RememberedCode {
  const onFailure = (error: unknown) => {
    throw error;
  };
  return new RememberedCode({ history: memoryHistory(), nowMs: () => 0, onFailure });
}

/** State that is kept as long as the test runs. */
export function memoryPersistence(): PersistentExecution {
  const kept = new Map<string, readonly PbotFile[]>();
  const onFailure = (error: unknown) => {
    throw error;
  };
  const store: StateStore = {
    read: (key) => Promise.resolve(kept.get(key) ?? []),
    write: (key, files) => {
      kept.set(key, files);
      return Promise.resolve();
    },
  };
  return new PersistentExecution({ store, onFailure });
}
