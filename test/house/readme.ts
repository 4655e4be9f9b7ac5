import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const TITLE = 'The way of one event';

/** What is wrong with the README's section on the way of one event; an empty list where it holds. */
export function wayProblems(root: string): string[] {
  const readme = join(root, 'README.md');
  const section = existsSync(readme) ? sectionOf(readFileSync(readme, 'utf8')) : null;
  if (section === null)
    return [`README.md: there is no section "${TITLE}": list its files there, one a line`];
  const paths = [...section.matchAll(/`([^`\s]+\/[^`\s]*)`/g)].map(([, path = '']) => path);
  if (paths.length === 0) return [`README.md: "${TITLE}" names no file: write each path in backticks`];
  return paths
    .filter((path) => !existsSync(join(root, path)))
    .map((path) => `README.md: "${TITLE}" names ${path}, which is gone: correct the way`);
}

/** The text below the section's heading, up to the next heading of its level or above. */
function sectionOf(text: string): string | null {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '').trim() === TITLE);
  if (start < 0) return null;
  const level = lines[start]?.indexOf(' ') ?? 0;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^#+ /.test(line) && line.indexOf(' ') <= level);
  return rest.slice(0, end < 0 ? rest.length : end).join('\n');
}
