/** The page of a flow: its graph, live or at any position of its journal, and everything about the chosen step. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Segmented, Select } from 'antd';
import { useCallback, useMemo } from 'react';
import { useLocation, useParams } from 'wouter';
import { flowAddress, useChoices } from '../address/address.ts';
import type { FlowInfo, HistoryRow } from '../api/answers.ts';
import { readFlow, readGraph, readHistory, readInstance, readPlayback } from '../api/reads.ts';
import { LoadFailure } from '../shell/load-failure.tsx';
import { usePageTitle } from '../shell/use-page-title.ts';
import { StatusMark } from '../status/status-mark.tsx';
import { toneOfInstance } from '../status/tone.ts';
import { RelatedViews } from '../views/related-views.tsx';
import { titleIn, useWords } from '../words/words.ts';
import { DaysMatrix } from './days-matrix.tsx';
import { lastEvaluations } from './evaluations.ts';
import './flow.css';
import { FlowFacts } from './flow-facts.tsx';
import { FlowGraph } from './flow-graph.tsx';
import { graphAfter } from './replay.ts';
import { ReplayBar } from './replay-bar.tsx';
import { StepFacts } from './step-facts.tsx';
import { useModel } from './use-model.ts';

/** The page of a flow; without a key in its address, of its latest instance. */
export default function FlowPage() {
  const { flow = '', key } = useParams<{ flow: string; key?: string }>();
  const { shell } = useWords();
  const name = decodeURIComponent(flow);
  const info = useQuery(readFlow(name));
  const history = useQuery(readHistory(name));
  // asked for together with the flow, not after it
  const given = key === undefined ? null : decodeURIComponent(key);
  usePrefetch(name, given);
  if (info.isError && info.data === undefined)
    return <LoadFailure error={info.error} onAgain={() => info.refetch()} />;
  if (info.data === undefined || (key === undefined && history.isPending))
    return <p className="quiet page-loading">{shell.loading}</p>;
  return <InstancePage info={info.data} instanceKey={given ?? history.data?.items[0]?.key ?? null} />;
}

function usePrefetch(flow: string, key: string | null): void {
  useQuery({ ...readGraph(flow, key ?? ''), enabled: key !== null, notifyOnChangeProps: [] });
  useQuery({ ...readInstance(flow, key ?? ''), enabled: key !== null, notifyOnChangeProps: [] });
}

interface InstancePageProps {
  readonly info: FlowInfo;
  /** null: only the definition is there */
  readonly instanceKey: string | null;
}

function InstancePage({ info, instanceKey }: InstancePageProps) {
  const words = useWords();
  const [choices, choose] = useChoices();
  const history = useQuery(readHistory(info.name));
  const has = instanceKey !== null;
  const key = instanceKey ?? '';
  const instance = useQuery({ ...readInstance(info.name, key), enabled: has });
  const live = useQuery({ ...readGraph(info.name, key), enabled: has });
  const playback = useQuery({
    ...readPlayback(info.name, key),
    enabled: has,
    placeholderData: keepPreviousData,
    retry: false,
  });

  const position = positionOf(choices.get('at'), playback.data?.frames.length);
  const graph = useMemo(() => {
    if (!has) return info.graph;
    if (position !== null && playback.data !== undefined) return graphAfter(playback.data, position);
    return live.data;
  }, [has, info.graph, position, playback.data, live.data]);
  const evaluations = useMemo(
    () => lastEvaluations(playback.data, position ?? Number.POSITIVE_INFINITY),
    [playback.data, position],
  );
  const openText = choices.get('open') ?? '';
  const open = useMemo(() => new Set(openText.split(',').filter((id) => id !== '')), [openText]);
  const frame = position === null ? undefined : playback.data?.frames[position - 1];
  const model = useModel(graph, open, position === null ? null : (frame?.at ?? ''));

  const chosen = choices.get('step');
  const onChoose = useCallback((step: string | null) => choose({ step }), [choose]);
  const onToggle = useCallback(
    (id: string) => {
      const next = new Set(new URLSearchParams(window.location.search).get('open')?.split(',') ?? []);
      if (!next.delete(id)) next.add(id);
      choose({ open: [...next].filter((each) => each !== '').join(',') });
    },
    [choose],
  );
  const onPosition = useCallback(
    (at: number | null) => choose({ at: at === null ? null : String(at) }),
    [choose],
  );

  const title = titleIn(words.language, info.title, info.name);
  usePageTitle(instanceKey === null ? title : `${title} ${instanceKey}`);
  if (instance.isError && instance.data === undefined)
    return <LoadFailure error={instance.error} onAgain={() => instance.refetch()} />;

  const tab = choices.get('tab') === 'matrix' ? 'matrix' : 'graph';
  const node = graph?.nodes.find(({ id }) => id === chosen);
  const tone =
    instance.data === undefined ? 'idle' : toneOfInstance(instance.data.status, instance.data.health);
  return (
    <div className="flow-page">
      <header className="flow-head">
        <StatusMark tone={tone} size={20} label={words.status.tone[tone]} />
        <h1>{title}</h1>
        <InstanceChooser info={info} instanceKey={instanceKey} rows={history.data?.items ?? []} />
        {position !== null && <b className="past-notice">{words.flow.pastNotice}</b>}
        <Segmented
          className="flow-tabs"
          value={tab}
          aria-label={words.flow.tabs}
          options={[
            { value: 'graph', label: words.flow.graph },
            { value: 'matrix', label: words.flow.matrix },
          ]}
          onChange={(value) => choose({ tab: value === 'graph' ? null : value })}
        />
      </header>
      {tab === 'matrix' ? (
        <DaysMatrix info={info} history={history.data} step={chosen} onChoose={onChoose} />
      ) : (
        <div className="flow-body">
          <div className="flow-canvas panel">
            <FlowGraph
              model={model}
              evaluations={evaluations}
              chosen={chosen}
              past={position !== null}
              onChoose={onChoose}
              onToggle={onToggle}
            />
          </div>
          {playback.data !== undefined && has && (
            <ReplayBar
              playback={playback.data}
              zone={info.zone}
              day={instance.data?.tradingDay ?? ''}
              position={position}
              onPosition={onPosition}
            />
          )}
          <aside className="flow-side">
            <FlowFacts info={info} instance={instance.data} history={history.data} frame={frame} />
            <RelatedViews views={info.views} step={chosen} />
            {node === undefined ? (
              <section className="facts panel">
                <h2>{words.flow.step}</h2>
                <p className="quiet">{words.flow.chooseStep}</p>
              </section>
            ) : (
              <StepFacts
                info={info}
                node={node}
                edges={graph?.edges ?? []}
                evaluations={evaluations}
                instance={instance.data}
                history={history.data}
                past={position !== null}
                list={choices.get('list') ?? 'history'}
                onList={(list) => choose({ list: list === 'history' ? null : list })}
              />
            )}
          </aside>
        </div>
      )}
    </div>
  );
}

interface InstanceChooserProps extends InstancePageProps {
  readonly rows: readonly HistoryRow[];
}

function InstanceChooser({ info, instanceKey, rows }: InstanceChooserProps) {
  const { flow, status } = useWords();
  const [, go] = useLocation();
  if (rows.length === 0 && instanceKey === null) return <span className="quiet">{flow.noInstance}</span>;
  const options = rows.map((row) => ({
    value: row.key,
    label: `${row.key} · ${status.instance[row.status]}`,
  }));
  const known = options.some(({ value }) => value === instanceKey);
  const all =
    known || instanceKey === null ? options : [{ value: instanceKey, label: instanceKey }, ...options];
  return (
    <Select
      className="instance-chooser"
      value={instanceKey}
      aria-label={flow.chooseInstance}
      showSearch
      popupMatchSelectWidth={false}
      options={all}
      onChange={(key) => go(flowAddress(info.name, key) + window.location.search)}
    />
  );
}

/** The position that the address names; null where it names none, or the end. */
function positionOf(text: string | null, length: number | undefined): number | null {
  if (text === null || length === undefined || !/^\d{1,6}$/.test(text)) return null;
  const position = Number(text);
  return position >= length ? null : position;
}
