/** What a user has chosen in this browser: language, theme, colours. Kept in local storage, the same in all its tabs. */
import { useSyncExternalStore } from 'react';
import type { PaletteName } from '../status/palettes.ts';
import type { Tone } from '../status/tone.ts';
import type { Language } from '../words/language.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';

export interface Settings {
  readonly language: Language;
  readonly theme: ThemeChoice;
  readonly palette: PaletteName;
  /** the user's own colours, `#rrggbb` */
  readonly colours: Readonly<Partial<Record<Tone, string>>>;
  /** whether the navigation is folded away */
  readonly folded: boolean;
}

const KEY = 'milepost.settings';
const listeners = new Set<() => void>();
let current = read();

addEventListener('storage', ({ key }) => {
  if (key !== KEY && key !== null) return;
  current = read();
  for (const listener of listeners) listener();
});

/** The settings as they are now; the component is drawn again when they change. */
export function useSettings(): Settings {
  return useSyncExternalStore(subscribe, settings);
}

function settings(): Settings {
  return current;
}

/** Changes some of the settings. */
export function changeSettings(changes: Partial<Settings>): void {
  current = { ...current, ...changes };
  try {
    localStorage.setItem(KEY, JSON.stringify(current));
  } catch {
    // a browser that keeps nothing still shows what was chosen, until the page is left
  }
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function read(): Settings {
  const language: Language = navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const usual: Settings = { language, theme: 'system', palette: 'exchange', colours: {}, folded: false };
  try {
    const kept: Partial<Settings> = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return {
      language: kept.language === 'en' || kept.language === 'zh' ? kept.language : language,
      theme: kept.theme === 'light' || kept.theme === 'dark' ? kept.theme : 'system',
      palette: kept.palette === 'safe' ? 'safe' : 'exchange',
      colours: kept.colours ?? {},
      folded: kept.folded === true,
    };
  } catch {
    return usual;
  }
}
