// Writes the contracts as one descriptor set, which server reflection hands out.

import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';

const { stdout } = await execa({
  preferLocal: true,
  encoding: 'buffer',
})('buf', ['build', '--as-file-descriptor-set', '--exclude-source-info', '-o', '-#format=binpb']);

const base64 = Buffer.from(stdout).toString('base64');
await writeFile(
  'services/gen/descriptors.ts',
  `// Code generated from proto/. DO NOT EDIT.\n\nexport const descriptorSetBase64 =\n  '${base64}';\n`,
);
