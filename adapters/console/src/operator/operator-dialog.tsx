import { Button, Modal } from 'antd';
import { useCallback, useRef, useState } from 'react';
import { useWords } from '../words/words.ts';
import type { Asking } from './asking.ts';
import './operator.css';
import { keepPerson, usePerson } from './person.ts';
import { isRemembered, keepToken, useToken } from './token.ts';

/** Asks who acts: a name, and the token that Milepost prints when it is started. */
export default function OperatorDialog({ asking }: { readonly asking: Asking }) {
  const { alarms, operator } = useWords();
  const known = usePerson();
  const held = useToken();
  const [name, setName] = useState(known);
  const [token, setToken] = useState(asking.why === 'wrong' ? '' : held);
  const [remember, setRemember] = useState(isRemembered());
  const first = useRef<HTMLInputElement>(null);
  /** At once, and again once the form has come to rest: who writes quickly must not begin in the other field. */
  const begin = useCallback((input: HTMLInputElement | null) => {
    first.current = input;
    input?.focus();
  }, []);
  const cancel = () => asking.refused(new Error(operator.cancelled));
  const complete = name.trim() !== '' && token.trim() !== '';
  return (
    <Modal
      open
      title={operator.title}
      footer={null}
      width={420}
      closable={false}
      afterOpenChange={() => first.current?.focus()}
      onCancel={cancel}
    >
      <form
        className="operator-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!complete) return;
          keepPerson(name.trim());
          keepToken(token.trim(), remember);
          asking.answered();
        }}
      >
        {asking.why === 'wrong' && <p role="alert">{operator.wrong}</p>}
        <label className="form-field">
          <span>{operator.name}</span>
          <input
            ref={known === '' ? begin : undefined}
            className="field"
            name="name"
            autoComplete="name"
            value={name}
            maxLength={128}
            onChange={(event) => setName(event.target.value)}
          />
          <small className="quiet">{operator.nameNote}</small>
        </label>
        <label className="form-field">
          <span>{operator.token}</span>
          <input
            ref={known === '' ? undefined : begin}
            className="field"
            type="password"
            name="token"
            autoComplete="off"
            value={token}
            onChange={(event) => setToken(event.target.value)}
          />
          <small className="quiet">{operator.tokenNote}</small>
        </label>
        <label className="operator-remember">
          <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.target.checked)} />
          {operator.remember}
        </label>
        <div className="operator-buttons">
          <Button type="primary" htmlType="submit" disabled={!complete}>
            {operator.confirm}
          </Button>
          <Button onClick={cancel}>{alarms.cancel}</Button>
          {held !== '' && (
            <Button
              onClick={() => {
                keepToken('');
                cancel();
              }}
            >
              {operator.leave}
            </Button>
          )}
        </div>
      </form>
    </Modal>
  );
}
