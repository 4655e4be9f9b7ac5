import { Button } from 'antd';
import { Link } from 'wouter';
import { OperatorSign } from '../operator/operator-sign.tsx';
import { changeSettings, useSettings } from '../settings/settings.ts';
import { useWords } from '../words/words.ts';
import { LiveSign } from './live-sign.tsx';
import { BigScreenLink, MainMenu } from './main-menu.tsx';
import { SearchBox } from './search-box.tsx';
import { SettingsButton } from './settings-panel.tsx';

/** What is above every page. */
export function TopBar() {
  const { shell } = useWords();
  const { folded, language } = useSettings();
  return (
    <header className="top-bar">
      <Button
        type="text"
        size="small"
        aria-label={folded ? shell.unfold : shell.fold}
        aria-expanded={!folded}
        onClick={() => changeSettings({ folded: !folded })}
        icon={<FoldIcon />}
      />
      <Link href="/" className="brand">
        <svg width="18" height="18" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3 1h10v9.500L8 15l-5-4.500z" className="brand-sign" />
          <path d="M5.200 8.200 7.200 10.200 11 5" className="brand-tick" />
        </svg>
        Milepost
      </Link>
      <MainMenu />
      <SearchBox />
      <span className="top-bar-gap" />
      <BigScreenLink />
      <LiveSign />
      <OperatorSign />
      <Button
        type="text"
        size="small"
        lang={language === 'zh' ? 'en' : 'zh-CN'}
        onClick={() => changeSettings({ language: language === 'zh' ? 'en' : 'zh' })}
      >
        {shell.otherLanguage}
      </Button>
      <SettingsButton />
    </header>
  );
}

function FoldIcon() {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      <path d="M1 2.500h12M1 7h12M1 11.500h12" className="stroke" />
    </svg>
  );
}
