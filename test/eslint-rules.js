// Rules of this project for ESLint: each file says what it is for, and names use the words of the field.

/** The first thing in a file, after a shebang, is a comment with a sentence. */
const headSentence = {
  meta: { type: 'suggestion', schema: [] },
  create(context) {
    return {
      Program(node) {
        const first = context.sourceCode.getAllComments().find(({ type }) => type !== 'Shebang');
        const firstToken = context.sourceCode.ast.tokens[0];
        const isAtTop =
          first !== undefined && (firstToken === undefined || first.range[0] < firstToken.range[0]);
        if (isAtTop && /[.:]/.test(first.value)) return;
        context.report({
          node,
          loc: { line: 1, column: 0 },
          message: 'Open the file with a comment that says what it is for.',
        });
      },
    };
  },
};

/** Parts of names that this project does not use, and what it says in their place. */
const replacements = new Map([
  ['lane', 'worker'],
  ['lanes', 'workers'],
  ['fence', 'cgroup'],
  ['fences', 'cgroups'],
  ['told', 'reported'],
  ['tells', 'reports'],
  ['anew', 'again'],
  ['behind', 'after'],
  ['station', 'slot'],
  ['stations', 'slots'],
  ['suspect', 'cordon'],
  ['paced', 'rateLimited'],
  ['complaint', 'violation'],
  ['refusal', 'violation or error'],
  ['faces', 'protocols'],
  ['crumbs', 'small pieces'],
]);

/** No name holds a word of the list as one of its parts (`laneKeeper`, `makeFence`). */
const plainWords = {
  meta: { type: 'suggestion', schema: [] },
  create(context) {
    const check = (node) => {
      for (const part of node.name.split(/(?=[A-Z])|_/)) {
        const replacement = replacements.get(part.toLowerCase());
        if (replacement === undefined) continue;
        context.report({ node, message: `Say "${replacement}", not "${part}": ${node.name}` });
      }
    };
    return { Identifier: check, PrivateIdentifier: check };
  },
};

export default { rules: { 'head-sentence': headSentence, 'plain-words': plainWords } };
