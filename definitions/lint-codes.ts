/** What lint looks for beyond errors. A code keeps its meaning for ever; `lint.md` has a chapter for each. */
export const LINT_CODES = {
  MP001: 'an ignore comment without a reason',
  MP002: 'an ignore comment that ignores nothing',
  MP101: 'a connector that can never be taken',
  MP102: 'a rule that can never do anything',
  MP103: 'a state that no state table has',
  MP104: 'a connector that another one shadows',
  MP105: 'a condition that is always true',
  MP106: 'two rules that raise one alarm at once',
  MP107: 'rules that silence a default alarm',
  MP201: 'a timer that cannot run out before the deadline',
  MP202: 'a timer that is due before the start',
  MP203: 'a deadline that is due before the start',
  MP204: 'a start that counts to another trading day',
  MP205: 'an instance that is abandoned before its timers are due',
  MP206: 'a flow of the calendar that is never expected',
  MP207: 'a calendar that runs out unnoticed',
  MP301: 'a loop without a limit',
  MP302: 'a state that nothing leads to',
  MP303: 'a definition that nothing uses',
  MP401: 'a title in one language only',
  MP501: 'an alarm that nobody is told of',
  MP601: 'a node of a view that shows nothing',
} as const;

export type LintCode = keyof typeof LINT_CODES;
