/**
 * Everything the console says, in both languages. Each area keeps its two languages side by side; a word that one of them
 * lacks is a type error.
 */
import type { Title } from '../api/answers.ts';
import { useSettings } from '../settings/settings.ts';
import { alarmWords } from './alarm-words.ts';
import { auditWords } from './audit-words.ts';
import { eventWords } from './event-words.ts';
import { flowWords } from './flow-words.ts';
import { homeWords } from './home-words.ts';
import type { Language } from './language.ts';
import { operatorWords } from './operator-words.ts';
import { shellWords } from './shell-words.ts';
import { statusWords } from './status-words.ts';
import { viewWords } from './view-words.ts';

function dictionary(language: Language) {
  return {
    language,
    shell: shellWords[language],
    status: statusWords[language],
    home: homeWords[language],
    flow: flowWords[language],
    alarms: alarmWords[language],
    events: eventWords[language],
    view: viewWords[language],
    operator: operatorWords[language],
    audit: auditWords[language],
  };
}

export type Words = ReturnType<typeof dictionary>;

const WORDS: Readonly<Record<Language, Words>> = { en: dictionary('en'), zh: dictionary('zh') };

/** The words of the chosen language. */
export function useWords(): Words {
  return WORDS[useSettings().language];
}

/** A title in a language: that one, else the other, else the name. */
export function titleIn(language: Language, title: Title, name: string): string {
  if (title === null || title === undefined) return name;
  if (typeof title === 'string') return title;
  const texts: Readonly<Record<string, string | null | undefined>> = { en: title.en, zh: title.zh };
  return texts[language] ?? texts.en ?? texts.zh ?? name;
}
