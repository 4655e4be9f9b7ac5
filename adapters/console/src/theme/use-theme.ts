import { useEffect } from 'react';
import { useSettings } from '../settings/settings.ts';
import { applyPalette, mappedPalette } from '../status/palettes.ts';

/** Makes the page look as the settings say: theme, colours, language. */
export function useTheme(): void {
  const { theme, palette, colours, language } = useSettings();

  useEffect(() => {
    const root = document.documentElement;
    const system = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      root.dataset.theme = theme === 'system' ? (system.matches ? 'dark' : 'light') : theme;
    };
    apply();
    system.addEventListener('change', apply);
    return () => system.removeEventListener('change', apply);
  }, [theme]);

  useEffect(
    () => applyPalette(mappedPalette(palette, colours), document.documentElement),
    [palette, colours],
  );

  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
}
