import { Button, Slider } from 'antd';
import { useEffect, useState } from 'react';
import type { Frame, Playback } from '../api/answers.ts';
import { clock } from '../time/format-time.ts';
import { Moment } from '../time/moment.tsx';
import { useWords, type Words } from '../words/words.ts';

interface ReplayBarProps {
  readonly playback: Playback;
  readonly zone: string;
  readonly day: string;
  /** how many frames are applied; null: live */
  readonly position: number | null;
  readonly onPosition: (position: number | null) => void;
}

const PACE = 700;

/** Goes through what happened to an instance, fact by fact. */
export function ReplayBar({ playback, zone, day, position, onPosition }: ReplayBarProps) {
  const words = useWords();
  const { frames } = playback;
  const at = position ?? frames.length;
  const [playing, setPlaying] = useState(false);

  useEffect(() => {
    if (!playing) return;
    const timer = setTimeout(() => {
      if (at >= frames.length) setPlaying(false);
      onPosition(at + 1 >= frames.length ? null : at + 1);
    }, PACE);
    return () => clearTimeout(timer);
  }, [playing, at, frames.length, onPosition]);

  const frame = frames[at - 1];
  return (
    <section className="replay-bar" aria-label={words.flow.replay}>
      <Button
        aria-label={playing ? words.flow.pause : words.flow.play}
        onClick={() => {
          if (!playing && at >= frames.length) onPosition(0);
          setPlaying(!playing);
        }}
      >
        {playing ? '❚❚' : '▶'}
      </Button>
      <Button
        aria-label={words.flow.stepBack}
        disabled={at === 0}
        onClick={() => onPosition(Math.max(0, at - 1))}
      >
        ‹
      </Button>
      <Button
        aria-label={words.flow.stepOn}
        disabled={at >= frames.length}
        onClick={() => onPosition(at + 1 >= frames.length ? null : at + 1)}
      >
        ›
      </Button>
      <Slider
        className="replay-slider"
        min={0}
        max={frames.length}
        value={at}
        ariaLabelForHandle={words.flow.replay}
        tooltip={{ formatter: (value) => tip(frames[(value ?? 0) - 1], zone, words) }}
        onChange={(value) => {
          setPlaying(false);
          onPosition(value >= frames.length ? null : value);
        }}
      />
      <span className="replay-words" role="status">
        {position === null ? (
          <b>{words.flow.now}</b>
        ) : frame === undefined ? (
          words.flow.beginning
        ) : (
          <>
            <Moment at={frame.at} zone={zone} day={day} seconds /> {causeText(frame, words)}
          </>
        )}
      </span>
      <Button disabled={position === null} onClick={() => onPosition(null)}>
        {words.flow.backToNow}
      </Button>
    </section>
  );
}

function tip(frame: Frame | undefined, zone: string, words: Words): string {
  return frame === undefined
    ? words.flow.beginning
    : `${clock(frame.at, zone, true)} ${causeText(frame, words)}`;
}

/** The fact of a frame in a few words. */
function causeText({ cause }: Frame, { flow: words }: Words): string {
  switch (cause.kind) {
    case 'event':
      return [cause.step, words.eventWords[cause.event] ?? cause.event, cause.state]
        .filter(Boolean)
        .join(' · ');
    case 'due':
      return words.ranOut(cause.step, cause.name);
    case 'expected':
      return words.expectedNow;
    case 'nested':
      return `${cause.flow} ${cause.key} · ${cause.status}`;
    case 'waived':
      return words.waivedBy(cause.step, cause.by);
    case 'unwaived':
      return words.unwaivedBy(cause.step, cause.by);
    case 'closed':
      return words.closedBy(cause.alarm, cause.by);
    default:
      return cause satisfies never;
  }
}
