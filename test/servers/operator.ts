/** The token of operators that servers and commands of tests are given, and what requests carry of it and of a person. */
export const TOKEN = 'the-token-of-the-tests';

export const OPERATOR: Readonly<Record<string, string>> = {
  authorization: `Bearer ${TOKEN}`,
  'milepost-by': 'Tester',
};
