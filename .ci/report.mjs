/**
 * Reads the JSON report of a test run and judges it: `report.mjs FILE`. Names every test that failed or did not run,
 * ends with the line `N passed, N failed`, and exits 1 unless all of at least one test have passed. A test that was
 * skipped or left to do counts as failed: here every server is at hand, so there is no reason to leave one out. One that
 * passed only when it was tried again is named, with why, since whoever reads this has a race to mend.
 */
import { readFileSync } from 'node:fs';

const [file = ''] = process.argv.slice(2);

function read() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    console.log(`no report of the test run: ${cause.message}`);
    return { testResults: [] };
  }
}

function firstLine(text) {
  return text.split('\n', 1)[0];
}

let passed = 0;
const failed = [];
const again = [];
for (const { name, status, message, assertionResults } of read().testResults) {
  const before = failed.length;
  for (const test of assertionResults) {
    if (test.status === 'passed') {
      passed += 1;
      const [why] = test.failureMessages ?? [];
      if (why !== undefined)
        again.push(`passed when tried again: ${name} > ${test.fullName}: ${firstLine(why)}`);
    } else
      failed.push(
        `${test.status === 'failed' ? 'failed' : `did not run (${test.status})`}: ${name} > ${test.fullName}`,
      );
  }
  // A file that cannot be loaded, or whose hooks fail, has no failed test to show for it.
  if (status === 'failed' && failed.length === before) failed.push(`failed: ${name}: ${message}`);
}

for (const line of [...again, ...failed]) console.log(line);
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 && passed > 0 ? 0 : 1;
