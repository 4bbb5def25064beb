// What PBot's users read where an editing command can't be done.

export const texts = {
  nothingToShow: 'No recent code to show.',
  nothingToDiff: 'Not enough recent code to diff.',
  nothingToChange: 'No recent code to change.',
  noDifference: 'No difference.',
  noUndos: 'No more undos remaining.',
  noSubstitutions: 'No substitutions made.',
  noReplacements: 'No replacements made.',
  unbalancedSlashes:
    'Unbalanced slashes.  Usage: cc s/regex/substitution/[gi] [and s/.../.../ [and ...]]',
  unbalancedReplace: "Unbalanced single quotes.  Usage: cc replace 'from' with 'to' [and ...]",
  unbalancedRemove:
    "Unbalanced single quotes.  Usage: cc remove [all, first, .., tenth, last] 'text' [and ...]",
  unbalancedAddition: "Unbalanced single quotes.  Usage: cc append 'text' [and ...]",
  tooMuchWork: 'The change takes too long.',
  tooLong: 'The changed code is too long.',
  historyFailed: 'The history of codes is not available.',
  nothingTo: (word: string) => `No recent code to ${word}.`,
  nothingToAddTo: (keyword: 'prepend' | 'append') => `No recent code to ${keyword} to.`,
  noHistory: (buffer: string) => `No history for ${buffer}.`,
  badFlags: (flags: string) => `Bad regex modifier '${flags}'.  Only 'i' and 'g' are allowed.`,
  badWhich: (which: string) =>
    `Bad replacement modifier '${which}'; valid modifiers are 'all', 'first', 'second', ..., 'tenth', 'last'`,
} as const;
