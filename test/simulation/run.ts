/** `npm run simulate`: a year of the company, or with `--pipeline` seeds of the pipeline. */
import { runPipeline } from './pipeline/run-pipeline.ts';
import { runYear } from './year.ts';

const args = process.argv.slice(2);
const [mode, ...rest] = args[0] === '--pipeline' ? args : ['', ...args];
process.exitCode = mode === '' ? runYear() : await runPipeline(rest);
