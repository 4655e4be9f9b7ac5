import { Button } from 'antd';
import { lazy, Suspense } from 'react';
import { useWords } from '../words/words.ts';
import { askWho, useAsking } from './asking.ts';
import { usePerson } from './person.ts';
import { useToken } from './token.ts';

const OperatorDialog = lazy(() => import('./operator-dialog.tsx'));

/** Who acts in this browser, or that it only shows; a click changes it. */
export function OperatorSign() {
  const { operator } = useWords();
  const person = usePerson();
  const held = useToken() !== '';
  return (
    <Button
      type="text"
      size="small"
      className="operator-sign"
      title={held ? operator.change : operator.readOnlyNote}
      onClick={() => askWho('wanted').catch(() => undefined)}
    >
      {held ? operator.as(person) : operator.readOnly}
    </Button>
  );
}

/** The form, while somebody waits for its answer. */
export function OperatorAsked() {
  const asking = useAsking();
  if (asking === null) return null;
  return (
    <Suspense>
      <OperatorDialog asking={asking} />
    </Suspense>
  );
}
