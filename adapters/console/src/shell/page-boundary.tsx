import { Component, type ReactNode } from 'react';
import { LoadFailure } from './load-failure.tsx';

interface State {
  readonly error: unknown;
}

/** Keeps what breaks on a page from taking the frame with it. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <LoadFailure error={this.state.error} onAgain={() => this.setState({ error: null })} />;
  }
}
