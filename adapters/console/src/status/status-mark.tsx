import { memo, type ReactNode } from 'react';
import type { Tone } from './tone.ts';

interface StatusMarkProps {
  readonly tone: Tone;
  /** pixels; default 16 */
  readonly size?: number;
  /** said by screen readers; left out where the word stands beside it */
  readonly label?: string;
}

/** The shape of a tone in its colour: each tone has a shape of its own, so that it is known without the colour. */
export const StatusMark = memo(function StatusMark({ tone, size = 16, label }: StatusMarkProps) {
  const className = `mark tone-${tone}`;
  return label === undefined ? (
    <svg className={className} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {SHAPES[tone]}
    </svg>
  ) : (
    <svg className={className} width={size} height={size} viewBox="0 0 16 16" role="img" aria-label={label}>
      {SHAPES[tone]}
    </svg>
  );
});

const SHAPES: Readonly<Record<Tone, ReactNode>> = {
  critical: (
    <>
      <path className="mark-fill" d="M5 .8h6L15.200 5v6L11 15.200H5L.8 11V5z" />
      <path className="mark-ink" d="m5.300 5.300 5.400 5.400m0-5.400-5.400 5.400" />
    </>
  ),
  warning: (
    <>
      <path className="mark-fill" d="M8 1.200 15.300 14.400H.7z" />
      <path className="mark-ink" d="M8 5.800v4.200m0 1.600v1" />
    </>
  ),
  unknown: (
    <>
      <path className="mark-fill" d="M8 .8 15.200 8 8 15.200.8 8z" />
      <path
        className="mark-ink"
        d="M6.200 6.400c0-2.400 3.600-2.300 3.600-.2C9.800 7.600 8 7.600 8 9.300m0 1.500v.9"
      />
    </>
  ),
  waiting: (
    <>
      <circle className="mark-fill" cx="8" cy="8" r="6.700" />
      <path className="mark-ink" d="M8 4.200V8l2.600 1.800" />
    </>
  ),
  running: (
    <>
      <circle className="mark-fill" cx="8" cy="8" r="6.700" />
      <path className="mark-solid" d="M6.200 4.600v6.800L11.600 8z" />
    </>
  ),
  done: (
    <>
      <circle className="mark-fill" cx="8" cy="8" r="6.700" />
      <path className="mark-ink" d="m4.700 8.300 2.300 2.300 4.400-4.800" />
    </>
  ),
  idle: <circle className="mark-fill" cx="8" cy="8" r="5.200" />,
  excused: (
    <>
      <circle className="mark-fill" cx="8" cy="8" r="6.200" />
      <path className="mark-ink" d="M5 8h6" />
    </>
  ),
};
