import manifest from '../../../package.json' with { type: 'json' };

export const serverVersion = manifest.version;
