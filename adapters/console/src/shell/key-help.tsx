import { Modal } from 'antd';
import { useLocation } from 'wouter';
import { useWords } from '../words/words.ts';

/** What the keys do, everywhere and on this page. */
export default function KeyHelp({ onClose }: { readonly onClose: () => void }) {
  const { alarms, shell } = useWords();
  const [location] = useLocation();
  return (
    <Modal open title={alarms.keys} footer={null} width={420} onCancel={onClose}>
      <Keys name={shell.keysEverywhere} keys={shell.keyWords} />
      {location.startsWith('/alarms') && <Keys name={alarms.title} keys={alarms.keyWords} />}
    </Modal>
  );
}

interface KeysProps {
  readonly name: string;
  readonly keys: Readonly<Record<string, string>>;
}

function Keys({ name, keys }: KeysProps) {
  return (
    <section className="key-help">
      <h3>{name}</h3>
      <dl>
        {Object.entries(keys).map(([pressed, what]) => (
          <div key={pressed}>
            <dt>
              {pressed.split(' ').map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
