import { Button, Popover, Segmented } from 'antd';
import { changeSettings, useSettings } from '../settings/settings.ts';
import { PALETTES } from '../status/palettes.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { TONES } from '../status/tone.ts';
import { useWords } from '../words/words.ts';

/** The button for theme and colours, and what it opens. */
export function SettingsButton() {
  const { shell } = useWords();
  return (
    <Popover trigger="click" placement="bottomRight" content={<SettingsPanel />}>
      <Button type="text" size="small">
        {shell.settings}
      </Button>
    </Popover>
  );
}

function SettingsPanel() {
  const words = useWords();
  const { theme, palette, colours } = useSettings();
  const { themes, palettes } = words.shell;
  return (
    <div className="settings">
      <h2>{words.shell.theme}</h2>
      <Segmented
        size="small"
        value={theme}
        aria-label={words.shell.theme}
        options={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: themes[value] }))}
        onChange={(value) => changeSettings({ theme: value })}
      />
      <h2>{words.shell.colours}</h2>
      <Segmented
        size="small"
        value={palette}
        aria-label={words.shell.colours}
        options={(['exchange', 'safe'] as const).map((value) => ({ value, label: palettes[value] }))}
        onChange={(value) => changeSettings({ palette: value })}
      />
      <h2>{words.shell.ownColours}</h2>
      <ul className="settings-colours">
        {TONES.map((tone) => (
          <li key={tone}>
            <label>
              <input
                type="color"
                value={colours[tone] ?? PALETTES[palette][tone].fill}
                onChange={(event) => changeSettings({ colours: { ...colours, [tone]: event.target.value } })}
              />
              <StatusMark tone={tone} />
              {words.status.tone[tone]}
            </label>
          </li>
        ))}
      </ul>
      <Button
        size="small"
        disabled={Object.keys(colours).length === 0}
        onClick={() => changeSettings({ colours: {} })}
      >
        {words.shell.resetColours}
      </Button>
    </div>
  );
}
