/** Label names and values of one series. The set of values must be bounded: never a key, an id or an address. */
export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(amount?: number, labels?: Labels): void;
}

export interface Gauge {
  set(value: number, labels?: Labels): void;
  /** Says nothing of this series any more. */
  remove(labels?: Labels): void;
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** A registry of measurements, rendered as Prometheus text format 0.0.4. */
export interface Metrics {
  counter(name: string, help: string): Counter;
  gauge(name: string, help: string): Gauge;
  /** `bounds` are the upper ends of the buckets, ascending; the one to infinity is added */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  /** runs at each rendering, to set gauges that are read rather than kept */
  beforeRender(collect: () => void): void;
  render(): string;
}

/** Makes an empty registry. Registering a name twice, or an illegal name, is a mistake in the program and throws. */
export function createMetrics(): Metrics {
  const families = new Map<string, () => readonly string[]>();
  const collectors: (() => void)[] = [];

  function register(name: string, type: string, help: string, lines: () => readonly string[]): void {
    if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) throw new Error(`metrics are named by letters: ${name}`);
    if (families.has(name)) throw new Error(`a metric is registered once: ${name}`);
    const text = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    families.set(name, () => [`# HELP ${name} ${text}`, `# TYPE ${name} ${type}`, ...lines()]);
  }

  /** one number per set of labels */
  function series(name: string, type: string, help: string): Map<string, number> {
    const values = new Map<string, number>();
    register(name, type, help, () => [...values].map(([labels, value]) => `${name}${labels} ${value}`));
    return values;
  }

  return {
    counter(name, help) {
      const values = series(name, 'counter', help);
      return {
        add(amount = 1, labels = {}) {
          const key = renderLabels(labels);
          values.set(key, (values.get(key) ?? 0) + amount);
        },
      };
    },
    gauge(name, help) {
      const values = series(name, 'gauge', help);
      return {
        set: (value, labels = {}) => void values.set(renderLabels(labels), value),
        remove: (labels = {}) => void values.delete(renderLabels(labels)),
      };
    },
    histogram(name, help, bounds) {
      const all = new Map<string, { labels: Labels; buckets: number[]; sum: number; count: number }>();
      register(name, 'histogram', help, () =>
        [...all.values()].flatMap(({ labels, buckets, sum, count }) => [
          ...bounds.map(
            (le, i) => `${name}_bucket${renderLabels({ ...labels, le: String(le) })} ${buckets[i] ?? 0}`,
          ),
          `${name}_bucket${renderLabels({ ...labels, le: '+Inf' })} ${count}`,
          `${name}_sum${renderLabels(labels)} ${sum}`,
          `${name}_count${renderLabels(labels)} ${count}`,
        ]),
      );
      return {
        observe(value, labels = {}) {
          const key = renderLabels(labels);
          const one = all.get(key) ?? { labels, buckets: bounds.map(() => 0), sum: 0, count: 0 };
          one.buckets = one.buckets.map((count, i) => count + (value <= (bounds[i] ?? 0) ? 1 : 0));
          one.sum += value;
          one.count += 1;
          all.set(key, one);
        },
      };
    },
    beforeRender: (collect) => void collectors.push(collect),
    render() {
      for (const collect of collectors) collect();
      return `${[...families.values()].flatMap((lines) => lines()).join('\n')}\n`;
    },
  };
}

function renderLabels(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => {
    const text = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
    return `${name}="${text}"`;
  });
  return parts.length === 0 ? '' : `{${parts.sort().join(',')}}`;
}
