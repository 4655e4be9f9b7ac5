import { Button } from 'antd';
import { useEffect, useRef } from 'react';

interface MoreRowsProps {
  readonly label: string;
  readonly onMore: () => void;
  readonly loading: boolean;
}

/** Stands at the end of a list that has more: the next rows are loaded before somebody comes to it, or when it is pressed. */
export function MoreRows({ label, onMore, loading }: MoreRowsProps) {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = end.current;
    if (element === null || loading) return;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) onMore();
      },
      { root: element.closest('.scrolls'), rootMargin: '0px 0px 600px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [onMore, loading]);
  return (
    <div ref={end}>
      <Button loading={loading} onClick={() => onMore()}>
        {label}
      </Button>
    </div>
  );
}
