// Runs before the first paint, so that a dark page is never white for a moment.
{
  const settings = (() => {
    try {
      return JSON.parse(localStorage.getItem('milepost.settings') ?? '{}');
    } catch {
      return {};
    }
  })();
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const theme =
    settings.theme === 'light' || settings.theme === 'dark' ? settings.theme : dark ? 'dark' : 'light';
  document.documentElement.dataset.theme = theme;
}
