import { memo } from 'react';
import { Link } from 'wouter';
import { StatusMark } from '../status/status-mark.tsx';
import type { Tone } from '../status/tone.ts';
import { useWords } from '../words/words.ts';

interface LeafProps {
  readonly address: string;
  readonly here: boolean;
  readonly title: string;
  readonly tone: Tone;
  readonly depth: number;
}

/** One flow or view in the tree; drawn again only when something about it has changed. */
export const Leaf = memo(function Leaf({ address, here, title, tone, depth }: LeafProps) {
  const { status } = useWords();
  return (
    <li>
      <Link
        href={address}
        className={`leaf depth-${Math.min(depth, 3)}${here ? ' here' : ''}`}
        aria-current={here ? 'page' : undefined}
      >
        <StatusMark tone={tone} size={13} label={status.tone[tone]} />
        <span className="leaf-name" title={title}>
          {title}
        </span>
      </Link>
    </li>
  );
});
