import { useQuery } from '@tanstack/react-query';
import { Tabs } from 'antd';
import type {
  FlowInfo,
  GraphEdge,
  GraphNode,
  History,
  InstanceInfo,
  ParamInfo,
  Value,
} from '../api/answers.ts';
import { readEvents, readInstanceAlarms } from '../api/reads.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { toneOfSeverity, toneOfStep, toneOfStepStatus } from '../status/tone.ts';
import { span } from '../time/format-time.ts';
import { Moment } from '../time/moment.tsx';
import { useNow } from '../time/server-clock.ts';
import { alarmTextIn } from '../words/alarm-text.ts';
import { titleIn, useWords } from '../words/words.ts';
import { contentText } from './content-text.ts';
import { type Evaluation, valuesText } from './evaluations.ts';
import { Fact, Took, usualSpan } from './flow-facts.tsx';
import { StepHistory } from './step-history.tsx';
import { stepWord } from './step-node.tsx';

interface StepFactsProps {
  readonly info: FlowInfo;
  readonly node: GraphNode;
  readonly edges: readonly GraphEdge[];
  readonly evaluations: ReadonlyMap<string, Evaluation>;
  readonly instance: InstanceInfo | undefined;
  readonly history: History | undefined;
  /** a replay: the values of parameters are those of now, and are not shown */
  readonly past: boolean;
  /** which list is open */
  readonly list: string;
  readonly onList: (list: string) => void;
}

/** Everything about the chosen step. */
export function StepFacts(props: StepFactsProps) {
  const { info, node, instance, history, past, list, onList } = props;
  const words = useWords();
  const { flow } = words;
  const step = info.steps.find(({ name }) => name === node.id);
  const title = titleIn(words.language, node.title, node.id);
  const day = instance?.tradingDay ?? '';
  const usual = usualSpan(history, node.id);
  return (
    <section className="facts panel" aria-label={`${flow.step} ${title}`}>
      <h2>
        {flow.step} <span className="quiet">{flow.kind[node.kind]}</span>
      </h2>
      <p className="facts-title">
        <StatusMark tone={toneOfStep(node)} />
        <b>{title}</b> <code className="quiet">{node.id}</code>
      </p>
      <dl>
        <Fact name={flow.status}>
          {stepWord(words, node.status)}
          {node.state !== null && ` · ${node.state}`}
          {node.visits > 1 && ` · ${flow.visits(node.visits)}`}
        </Fact>
        {node.activatedAt !== null && (
          <Fact name={flow.activated}>
            <Moment at={node.activatedAt} zone={info.zone} day={day} seconds />
          </Fact>
        )}
        {node.endedAt !== null && (
          <Fact name={flow.ended}>
            <Moment at={node.endedAt} zone={info.zone} day={day} seconds />
          </Fact>
        )}
        {node.activatedAt !== null && (
          <Fact name={flow.took}>
            {past && node.endedAt === null ? '…' : <Took from={node.activatedAt} to={node.endedAt} />}
            {usual !== null && <span className="quiet"> · {flow.usual(span(usual, words.language))}</span>}
          </Fact>
        )}
        {(node.endedAt === null && !past ? node.timers : []).map(({ name, due }) => (
          <Fact key={name} name={name}>
            <Left due={due} /> · <Moment at={due} zone={info.zone} day={day} seconds />
          </Fact>
        ))}
      </dl>
      {step !== undefined && step.params.length > 0 && !past && (
        <Params params={step.params} values={instance?.steps[node.id]?.params ?? {}} />
      )}
      <Connectors {...props} />
      <Tabs
        size="small"
        tabBarGutter={14}
        activeKey={list}
        onChange={onList}
        items={[
          {
            key: 'history',
            label: flow.history,
            children: <StepHistory history={history} step={node.id} zone={info.zone} />,
          },
          {
            key: 'alarms',
            label: flow.alarms,
            children: instance && <Alarms instance={instance} step={node.id} zone={info.zone} />,
          },
          {
            key: 'events',
            label: flow.events,
            children: instance && <Events instance={instance} step={node.id} zone={info.zone} />,
          },
          {
            key: 'visits',
            label: flow.visitList,
            children: instance && <Visits instance={instance} step={node.id} zone={info.zone} />,
          },
        ].filter(({ children }) => children !== undefined)}
      />
    </section>
  );
}

function Left({ due }: { readonly due: string }) {
  const words = useWords();
  const left = Date.parse(due) - useNow();
  const text = span(Math.abs(left), words.language);
  return <b>{left >= 0 ? words.flow.inTime(text) : words.flow.overdue(text)}</b>;
}

interface ParamsProps {
  readonly params: readonly ParamInfo[];
  readonly values: Readonly<Record<string, Value>>;
}

function Params({ params, values }: ParamsProps) {
  const words = useWords();
  const { flow } = words;
  return (
    <table className="facts-table">
      <caption>{flow.params}</caption>
      <tbody>
        {params.map((param) => {
          const value = values[param.name] ?? null;
          const way =
            param.value !== null ? flow.paramDerived : param.from !== null ? flow.paramIn : flow.paramOut;
          return (
            <tr key={param.name}>
              <th scope="row" title={titleIn(words.language, param.title, param.name)}>
                {param.name}
              </th>
              <td className="facts-value">
                {value === null ? (
                  <span className="quiet">{flow.noValue}</span>
                ) : (
                  `${value} ${param.unit ?? ''}`
                )}
              </td>
              <td className="quiet" title={param.value ?? param.from ?? ''}>
                {way} {param.value ?? param.from}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

function Connectors({ node, edges, evaluations, info }: StepFactsProps) {
  const words = useWords();
  const { flow } = words;
  const out = edges.filter(({ from }) => from === node.id);
  if (out.length === 0) return null;
  return (
    <table className="facts-table facts-connectors">
      <caption>{flow.connectorsOut}</caption>
      <tbody>
        {out.map((edge) => {
          const evaluation = evaluations.get(edge.id);
          const kind =
            edge.taken > 0
              ? 'taken'
              : evaluation !== undefined && evaluation.value !== true
                ? 'refused'
                : 'open';
          const to = info.steps.find(({ name }) => name === edge.to);
          return (
            <tr key={edge.id}>
              <th scope="row">{titleIn(words.language, to?.title ?? null, edge.to)}</th>
              <td>
                {flow.connector[kind]} {flow.connectorWords(kind, edge.taken, edge.limit)}
                {edge.when !== null && <code className="facts-code">{edge.when}</code>}
                {evaluation !== undefined && (
                  <code className="facts-code quiet">{valuesText(evaluation.values)}</code>
                )}
                {evaluation?.error != null && <div>{evaluation.error}</div>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

interface ListProps {
  readonly instance: InstanceInfo;
  readonly step: string;
  readonly zone: string;
}

function Alarms({ instance, step, zone }: ListProps) {
  const words = useWords();
  const { data } = useQuery(readInstanceAlarms(instance.flow, instance.key));
  const own = data?.items.filter((alarm) => alarm.step === step) ?? [];
  if (own.length === 0) return <p className="quiet">{words.flow.noAlarms}</p>;
  return (
    <ul className="facts-list">
      {own.map((alarm) => (
        <li key={alarm.id}>
          <span className="fact-status">
            <StatusMark tone={alarm.open ? toneOfSeverity(alarm.severity) : 'idle'} size={14} />
            <b>{words.flow.rules[alarm.name] ?? alarm.name}</b> {words.status.severity[alarm.severity]}
            {alarm.count > 1 && ` ${words.flow.times(alarm.count)}`}
          </span>
          <div>{alarmTextIn(words.language, alarm)}</div>
          <div className="quiet">
            <Moment at={alarm.raisedAt} zone={zone} day={instance.tradingDay} seconds /> ·{' '}
            {alarm.open ? words.flow.stillOpen : alarm.clearedBy}
          </div>
        </li>
      ))}
    </ul>
  );
}

function Events({ instance, step, zone }: ListProps) {
  const words = useWords();
  const { data } = useQuery(readEvents(instance.flow, instance.key));
  const own = data?.items.filter((event) => event.step === step) ?? [];
  return (
    <>
      {own.length === 0 && <p className="quiet">{words.flow.noEvents}</p>}
      <ul className="facts-list">
        {own.map((event) => (
          <li key={event.id}>
            <Moment at={event.time} zone={zone} day={instance.tradingDay} seconds />{' '}
            <b>{words.flow.eventWords[event.event] ?? event.event}</b>{' '}
            <code className="quiet">{event.id}</code>
            <code className="facts-code">{contentText(event.content)}</code>
          </li>
        ))}
      </ul>
      {data?.next != null && <p className="quiet">{words.flow.moreEvents}</p>}
    </>
  );
}

function Visits({ instance, step, zone }: ListProps) {
  const words = useWords();
  const own = instance.visits.filter((visit) => visit.step === step);
  return (
    <ul className="facts-list">
      {own.map((visit) => (
        <li key={visit.visit}>
          <span className="fact-status">
            <StatusMark tone={toneOfStepStatus(visit.status)} size={14} />
            <b>{words.flow.visit(visit.visit)}</b> {stepWord(words, visit.status)}
            {visit.waived && ` · ${words.flow.waived}`}
          </span>
          {visit.activatedAt !== null && (
            <div className="quiet">
              <Moment at={visit.activatedAt} zone={zone} day={instance.tradingDay} seconds /> ·{' '}
              <Took from={visit.activatedAt} to={visit.endedAt} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
