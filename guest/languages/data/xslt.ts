// XSLT: the stylesheet is applied to itself, unless standard input has another document.

import type { Language } from '../language.js';

export const xslt: Language = {
  name: 'xslt',
  title: 'XSLT 1.0',
  profile: 'full',
  isWarmed: false,
  aliases: [],
  sourceFile: 'program.xsl',
  comment: { begin: '<!--', end: '-->' },
  defaultOptions: [],
  run: [
    'sh',
    '-c',
    'source=$1; shift; if IFS= read -r line; then { printf "%s\\n" "$line"; cat; } | exec xsltproc "$@" "$source" -; else exec xsltproc "$@" "$source" "$source"; fi',
    'sh',
    '{source}',
    '{options}',
  ],
  version: ['xsltproc', '--version'],
  hello: `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text" encoding="UTF-8"/>
  <xsl:template match="/">hello<xsl:text>&#10;</xsl:text></xsl:template>
</xsl:stylesheet>
`,
  cases: {
    input: { inapplicable: 'takes an XML document as its input' },
    arguments: { inapplicable: 'takes parameters in place of arguments' },
    exitCode: { inapplicable: 'has no exit code of its own' },
    unicode: `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text" encoding="UTF-8"/>
  <xsl:template match="/">Grüße, 世界 😀<xsl:text>&#10;</xsl:text></xsl:template>
</xsl:stylesheet>
`,
    syntaxError: {
      code: `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template>
</xsl:stylesheet>
`,
      phase: 'run',
      says: 'parser error',
      line: 3,
    },
    runTimeError: {
      code: `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:template match="/"><xsl:message terminate="yes">it fails</xsl:message></xsl:template>
</xsl:stylesheet>
`,
      phase: 'run',
      says: 'it fails',
    },
    modules: {
      files: {
        'program.xsl': `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="greeting.xsl"/>
</xsl:stylesheet>
`,
        'greeting.xsl': `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="text"/>
  <xsl:template match="/">hello from a module<xsl:text>&#10;</xsl:text></xsl:template>
</xsl:stylesheet>
`,
      },
    },
  },
  packages: { debian: ['xsltproc'], fedora: [], suse: [] },
};
